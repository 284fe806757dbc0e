"""WhaleGUI's core library: everything that needs no window."""

import os

# The program shares work among threads of its own. Where each of them calls a BLAS that wakes threads as well, they
# wait for each other: comparing two tails point by point took twelve times as long. NumPy reads it when it is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
