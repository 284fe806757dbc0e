BEGIN TRANSACTION;
CREATE TABLE about (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	uid VARCHAR(32) NOT NULL, 
	name TEXT NOT NULL, 
	made_at DATETIME NOT NULL
);
INSERT INTO "about" VALUES(1,'b52f312fe9794b6ea259c7ed1c71a2fe','Fjord 2025','2026-11-28 16:29:18.902604');
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE comparison (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tail_id INTEGER NOT NULL, 
	other_id INTEGER NOT NULL, 
	verdict VARCHAR(16) NOT NULL, 
	who TEXT DEFAULT '' NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT fk_comparison_tail_id FOREIGN KEY(tail_id) REFERENCES tail (id), 
	CONSTRAINT fk_comparison_other_id FOREIGN KEY(other_id) REFERENCES tail (id), 
	CONSTRAINT uq_comparison_tail_id_other_id UNIQUE (tail_id, other_id)
);
INSERT INTO "comparison" VALUES(1,1,2,'same','Ana','2026-11-28 16:29:19.247986');
CREATE TABLE decision (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tail_id INTEGER NOT NULL, 
	verdict VARCHAR(8) NOT NULL, 
	whale_id INTEGER, 
	who TEXT DEFAULT '' NOT NULL, 
	decided_at DATETIME NOT NULL, 
	model TEXT DEFAULT '' NOT NULL, 
	shown INTEGER DEFAULT '0' NOT NULL, searched TEXT DEFAULT '' NOT NULL, note TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT fk_decision_tail_id FOREIGN KEY(tail_id) REFERENCES tail (id), 
	CONSTRAINT fk_decision_whale_id FOREIGN KEY(whale_id) REFERENCES whale (id), 
	CONSTRAINT uq_decision_tail_id UNIQUE (tail_id)
);
INSERT INTO "decision" VALUES(1,2,'same',1,'Ana','2026-11-28 16:29:19.301326','humpback-lite0 0.1.0',2,'','');
CREATE TABLE embedding (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tail_id INTEGER NOT NULL, 
	package TEXT NOT NULL, 
	vector BLOB NOT NULL, 
	CONSTRAINT fk_embedding_tail_id FOREIGN KEY(tail_id) REFERENCES tail (id) ON DELETE CASCADE, 
	CONSTRAINT uq_embedding_tail_id_package UNIQUE (tail_id, package)
);
INSERT INTO "embedding" VALUES(1,1,'humpback-lite0 0.1.0',X'0000803F00000000');
INSERT INTO "embedding" VALUES(2,2,'humpback-lite0 0.1.0',X'000000000000803F');
CREATE TABLE encounter (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name TEXT DEFAULT '' NOT NULL, 
	note TEXT DEFAULT '' NOT NULL
, area TEXT DEFAULT '' NOT NULL);
CREATE TABLE journal (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at DATETIME NOT NULL, 
	who TEXT DEFAULT '' NOT NULL, 
	label TEXT DEFAULT '' NOT NULL, 
	tables TEXT NOT NULL, 
	change TEXT NOT NULL
, undoes INTEGER);
INSERT INTO "journal" VALUES(1,'2026-11-28 16:29:19.024031','Ana','2 photos added','photo,root,whale','{"label":"2 photos added","rows":[["root",1,null,{"id":1,"path":"/sea"}],["whale",1,null,{"id":1,"name":"HW0001","nickname":"","sex":"","note":"","pigmentation":null}],["photo",1,null,{"id":1,"root_id":1,"path":"IMG_0001.jpg","content_hash":"0000000000000000000000000000000000000000000000000000000000000001","width":3000,"height":2000,"taken_at":null,"latitude":null,"longitude":null,"camera":"","turned":0,"encounter_id":null,"known_whale_id":1,"role":"known","searched_by":null,"checked":false,"problem":"","note":"","added_at":"2026-11-28T16:29:18.992842+00:00","photographer":""}],["photo",2,null,{"id":2,"root_id":1,"path":"IMG_0002.jpg","content_hash":"0000000000000000000000000000000000000000000000000000000000000002","width":3000,"height":2000,"taken_at":null,"latitude":null,"longitude":null,"camera":"","turned":0,"encounter_id":null,"known_whale_id":null,"role":"known","searched_by":null,"checked":false,"problem":"","note":"","added_at":"2026-11-28T16:29:18.992842+00:00","photographer":""}]]}',NULL);
INSERT INTO "journal" VALUES(2,'2026-11-28 16:29:19.081383','Ana','1 tail found on IMG_0001','photo,tail','{"label":"1 tail found on IMG_0001","rows":[["tail",1,null,{"id":1,"photo_id":1,"xmin":100.0,"ymin":100.0,"xmax":900.0,"ymax":500.0,"drawn_by":"detector","confidence":0.9,"whale_id":1,"verdict":"same","part_visible":null,"fluke_angle":null,"camera_angle":null,"sharpness":null,"exposure":null,"distinctiveness":null,"drawn_at":null}],["photo",1,{"id":1,"root_id":1,"path":"IMG_0001.jpg","content_hash":"0000000000000000000000000000000000000000000000000000000000000001","width":3000,"height":2000,"taken_at":null,"latitude":null,"longitude":null,"camera":"","turned":0,"encounter_id":null,"known_whale_id":1,"role":"known","searched_by":null,"checked":false,"problem":"","note":"","added_at":"2026-11-28T16:29:18.992842+00:00","photographer":""},{"id":1,"root_id":1,"path":"IMG_0001.jpg","content_hash":"0000000000000000000000000000000000000000000000000000000000000001","width":3000,"height":2000,"taken_at":null,"latitude":null,"longitude":null,"camera":"","turned":0,"encounter_id":null,"known_whale_id":1,"role":"known","searched_by":"tail-finder 0.1.0","checked":false,"problem":"","note":"","added_at":"2026-11-28T16:29:18.992842+00:00","photographer":""}]]}',NULL);
INSERT INTO "journal" VALUES(3,'2026-11-28 16:29:19.115723','Ana','1 tail found on IMG_0002','photo,tail','{"label":"1 tail found on IMG_0002","rows":[["tail",2,null,{"id":2,"photo_id":2,"xmin":100.0,"ymin":100.0,"xmax":900.0,"ymax":500.0,"drawn_by":"detector","confidence":0.9,"whale_id":null,"verdict":null,"part_visible":null,"fluke_angle":null,"camera_angle":null,"sharpness":null,"exposure":null,"distinctiveness":null,"drawn_at":null}],["photo",2,{"id":2,"root_id":1,"path":"IMG_0002.jpg","content_hash":"0000000000000000000000000000000000000000000000000000000000000002","width":3000,"height":2000,"taken_at":null,"latitude":null,"longitude":null,"camera":"","turned":0,"encounter_id":null,"known_whale_id":null,"role":"known","searched_by":null,"checked":false,"problem":"","note":"","added_at":"2026-11-28T16:29:18.992842+00:00","photographer":""},{"id":2,"root_id":1,"path":"IMG_0002.jpg","content_hash":"0000000000000000000000000000000000000000000000000000000000000002","width":3000,"height":2000,"taken_at":null,"latitude":null,"longitude":null,"camera":"","turned":0,"encounter_id":null,"known_whale_id":null,"role":"known","searched_by":"tail-finder 0.1.0","checked":false,"problem":"","note":"","added_at":"2026-11-28T16:29:18.992842+00:00","photographer":""}]]}',NULL);
INSERT INTO "journal" VALUES(4,'2026-11-28 16:29:19.192423','Ana','Quality of IMG_0001','tail','{"label":"Quality of IMG_0001","rows":[["tail",1,{"id":1,"photo_id":1,"xmin":100.0,"ymin":100.0,"xmax":900.0,"ymax":500.0,"drawn_by":"detector","confidence":0.9,"whale_id":1,"verdict":"same","part_visible":null,"fluke_angle":null,"camera_angle":null,"sharpness":null,"exposure":null,"distinctiveness":null,"drawn_at":null},{"id":1,"photo_id":1,"xmin":100.0,"ymin":100.0,"xmax":900.0,"ymax":500.0,"drawn_by":"detector","confidence":0.9,"whale_id":1,"verdict":"same","part_visible":null,"fluke_angle":null,"camera_angle":null,"sharpness":2,"exposure":null,"distinctiveness":null,"drawn_at":null}]]}',NULL);
INSERT INTO "journal" VALUES(5,'2026-11-28 16:29:19.223679','Ana','HW0001 is NA-0712 in NAHWC','whale_name','{"label":"HW0001 is NA-0712 in NAHWC","rows":[["whale_name",1,null,{"id":1,"whale_id":1,"name":"NA-0712","kind":"other","catalogue":"NAHWC"}]]}',NULL);
INSERT INTO "journal" VALUES(6,'2026-11-28 16:29:19.259848','Ana','IMG_0001 and IMG_0002 are one whale','comparison','{"label":"IMG_0001 and IMG_0002 are one whale","rows":[["comparison",1,null,{"id":1,"tail_id":1,"other_id":2,"verdict":"same","who":"Ana","at":"2026-11-28T16:29:19.247986+00:00"}]]}',NULL);
INSERT INTO "journal" VALUES(7,'2026-11-28 16:29:19.315388','Ana','IMG_0002 is HW0001','decision,tail','{"label":"IMG_0002 is HW0001","rows":[["decision",1,null,{"id":1,"tail_id":2,"verdict":"same","whale_id":1,"who":"Ana","decided_at":"2026-11-28T16:29:19.301326+00:00","model":"humpback-lite0 0.1.0","shown":2,"searched":"","note":""}],["tail",2,{"id":2,"photo_id":2,"xmin":100.0,"ymin":100.0,"xmax":900.0,"ymax":500.0,"drawn_by":"detector","confidence":0.9,"whale_id":null,"verdict":null,"part_visible":null,"fluke_angle":null,"camera_angle":null,"sharpness":null,"exposure":null,"distinctiveness":null,"drawn_at":null},{"id":2,"photo_id":2,"xmin":100.0,"ymin":100.0,"xmax":900.0,"ymax":500.0,"drawn_by":"detector","confidence":0.9,"whale_id":1,"verdict":"same","part_visible":null,"fluke_angle":null,"camera_angle":null,"sharpness":null,"exposure":null,"distinctiveness":null,"drawn_at":null}]]}',NULL);
CREATE TABLE keypoints (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tail_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	data BLOB NOT NULL, 
	CONSTRAINT fk_keypoints_tail_id FOREIGN KEY(tail_id) REFERENCES tail (id) ON DELETE CASCADE, 
	CONSTRAINT uq_keypoints_tail_id_kind UNIQUE (tail_id, kind)
);
CREATE TABLE look (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tail_id INTEGER NOT NULL, 
	who TEXT NOT NULL, 
	shown INTEGER NOT NULL, 
	"of" INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT fk_look_tail_id FOREIGN KEY(tail_id) REFERENCES tail (id) ON DELETE CASCADE, 
	CONSTRAINT uq_look_tail_id_who UNIQUE (tail_id, who)
);
CREATE TABLE photo (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	root_id INTEGER NOT NULL, 
	path TEXT NOT NULL, 
	content_hash VARCHAR(64), 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	taken_at DATETIME, 
	latitude FLOAT, 
	longitude FLOAT, 
	camera TEXT DEFAULT '' NOT NULL, 
	turned INTEGER DEFAULT '0' NOT NULL, 
	encounter_id INTEGER, 
	known_whale_id INTEGER, 
	role VARCHAR(8) DEFAULT 'new' NOT NULL, 
	searched_by TEXT, 
	checked BOOLEAN DEFAULT '0' NOT NULL, 
	problem TEXT DEFAULT '' NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, 
	added_at DATETIME NOT NULL, photographer TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT fk_photo_root_id FOREIGN KEY(root_id) REFERENCES root (id), 
	CONSTRAINT fk_photo_encounter_id FOREIGN KEY(encounter_id) REFERENCES encounter (id), 
	CONSTRAINT fk_photo_known_whale_id FOREIGN KEY(known_whale_id) REFERENCES whale (id), 
	CONSTRAINT uq_photo_content_hash UNIQUE (content_hash)
);
INSERT INTO "photo" VALUES(1,1,'IMG_0001.jpg','0000000000000000000000000000000000000000000000000000000000000001',3000,2000,NULL,NULL,NULL,'',0,NULL,1,'known','tail-finder 0.1.0',0,'','','2026-11-28 16:29:18.992842','');
INSERT INTO "photo" VALUES(2,1,'IMG_0002.jpg','0000000000000000000000000000000000000000000000000000000000000002',3000,2000,NULL,NULL,NULL,'',0,NULL,NULL,'known','tail-finder 0.1.0',0,'','','2026-11-28 16:29:18.992842','');
CREATE TABLE reading (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tail_id INTEGER NOT NULL, 
	who TEXT NOT NULL, 
	verdict VARCHAR(8) NOT NULL, 
	whale_id INTEGER, 
	decided_at DATETIME NOT NULL, 
	model TEXT DEFAULT '' NOT NULL, 
	shown INTEGER DEFAULT '0' NOT NULL, 
	settled BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT fk_reading_tail_id FOREIGN KEY(tail_id) REFERENCES tail (id), 
	CONSTRAINT fk_reading_whale_id FOREIGN KEY(whale_id) REFERENCES whale (id), 
	CONSTRAINT uq_reading_tail_id_who UNIQUE (tail_id, who)
);
CREATE TABLE root (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	path TEXT NOT NULL, 
	CONSTRAINT uq_root_path UNIQUE (path)
);
INSERT INTO "root" VALUES(1,'/sea');
CREATE TABLE search_filter (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name TEXT NOT NULL, 
	definition TEXT NOT NULL, 
	CONSTRAINT uq_search_filter_name UNIQUE (name)
);
CREATE TABLE suggestion (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tail_id INTEGER NOT NULL, 
	rank INTEGER NOT NULL, 
	whale_id INTEGER, 
	score FLOAT, 
	probability FLOAT NOT NULL, 
	networks FLOAT, 
	nearest FLOAT, 
	points INTEGER, 
	tail_shown_id INTEGER, 
	known FLOAT NOT NULL, 
	model TEXT DEFAULT '' NOT NULL, 
	made_at DATETIME NOT NULL, 
	CONSTRAINT fk_suggestion_tail_id FOREIGN KEY(tail_id) REFERENCES tail (id) ON DELETE CASCADE, 
	CONSTRAINT fk_suggestion_whale_id FOREIGN KEY(whale_id) REFERENCES whale (id) ON DELETE CASCADE, 
	CONSTRAINT fk_suggestion_tail_shown_id FOREIGN KEY(tail_shown_id) REFERENCES tail (id) ON DELETE SET NULL
);
INSERT INTO "suggestion" VALUES(1,2,1,1,0.5,0.75,0.5,0.5,NULL,1,0.75,'humpback-lite0 0.1.0','2026-11-28 16:29:19.170055');
INSERT INTO "suggestion" VALUES(2,2,2,NULL,NULL,0.25,NULL,NULL,NULL,NULL,0.75,'humpback-lite0 0.1.0','2026-11-28 16:29:19.170055');
CREATE TABLE tail (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	photo_id INTEGER NOT NULL, 
	xmin FLOAT NOT NULL, 
	ymin FLOAT NOT NULL, 
	xmax FLOAT NOT NULL, 
	ymax FLOAT NOT NULL, 
	drawn_by VARCHAR(8) NOT NULL, 
	confidence FLOAT NOT NULL, 
	whale_id INTEGER, 
	verdict VARCHAR(8), part_visible INTEGER, fluke_angle INTEGER, camera_angle INTEGER, sharpness INTEGER, exposure INTEGER, distinctiveness INTEGER, drawn_at DATETIME, 
	CONSTRAINT fk_tail_photo_id FOREIGN KEY(photo_id) REFERENCES photo (id), 
	CONSTRAINT fk_tail_whale_id FOREIGN KEY(whale_id) REFERENCES whale (id)
);
INSERT INTO "tail" VALUES(1,1,100.0,100.0,900.0,500.0,'detector',0.9,1,'same',NULL,NULL,NULL,2,NULL,NULL,NULL);
INSERT INTO "tail" VALUES(2,2,100.0,100.0,900.0,500.0,'detector',0.9,1,'same',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE training (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at DATETIME NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	package TEXT NOT NULL, 
	boxes INTEGER NOT NULL
);
CREATE TABLE whale (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name TEXT NOT NULL, 
	nickname TEXT DEFAULT '' NOT NULL, 
	sex TEXT DEFAULT '' NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, pigmentation INTEGER, 
	CONSTRAINT uq_whale_name UNIQUE (name)
);
INSERT INTO "whale" VALUES(1,'HW0001','','','',NULL);
CREATE TABLE whale_name (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	whale_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	catalogue TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT fk_whale_name_whale_id FOREIGN KEY(whale_id) REFERENCES whale (id)
);
INSERT INTO "whale_name" VALUES(1,1,'NA-0712','other','NAHWC');
CREATE INDEX ix_photo_root_id_path ON photo (root_id, path);
CREATE INDEX ix_photo_taken_at ON photo (taken_at);
CREATE INDEX ix_photo_encounter_id ON photo (encounter_id);
CREATE INDEX ix_photo_known_whale_id ON photo (known_whale_id);
CREATE INDEX ix_tail_status ON tail (photo_id, verdict, drawn_by, confidence);
CREATE INDEX ix_tail_whale_id ON tail (whale_id);
CREATE INDEX ix_decision_whale_id ON decision (whale_id);
CREATE INDEX ix_suggestion_tail_id_rank ON suggestion (tail_id, rank);
CREATE INDEX ix_suggestion_whale_id ON suggestion (whale_id);
CREATE INDEX ix_suggestion_tail_shown_id ON suggestion (tail_shown_id);
CREATE INDEX ix_whale_name_whale_id ON whale_name (whale_id);
CREATE INDEX ix_whale_name_name ON whale_name (name);
CREATE INDEX ix_reading_whale_id ON reading (whale_id);
CREATE INDEX ix_comparison_other_id ON comparison (other_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('about',1);
INSERT INTO "sqlite_sequence" VALUES('root',1);
INSERT INTO "sqlite_sequence" VALUES('whale',1);
INSERT INTO "sqlite_sequence" VALUES('photo',2);
INSERT INTO "sqlite_sequence" VALUES('journal',7);
INSERT INTO "sqlite_sequence" VALUES('tail',2);
INSERT INTO "sqlite_sequence" VALUES('embedding',2);
INSERT INTO "sqlite_sequence" VALUES('suggestion',2);
INSERT INTO "sqlite_sequence" VALUES('whale_name',1);
INSERT INTO "sqlite_sequence" VALUES('comparison',1);
INSERT INTO "sqlite_sequence" VALUES('decision',1);
COMMIT;
