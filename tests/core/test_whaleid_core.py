"""What holds as soon as the library is imported."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from threadpoolctl import threadpool_info


def test_numpys_products_keep_to_the_thread_that_asks_for_them() -> None:
    """The program's own threads would wait for NumPy's."""
    assert [one["num_threads"] for one in threadpool_info() if one["internal_api"] == "openblas"]
    assert {one["num_threads"] for one in threadpool_info() if one["internal_api"] == "openblas"} == {1}


@pytest.mark.parametrize("said", ["3", None])
def test_a_number_of_threads_that_the_user_chose_stays(said: str | None) -> None:
    outside = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    told = outside if said is None else {**outside, "OPENBLAS_NUM_THREADS": said}
    asked = "import os, whaleid_core; print(os.environ['OPENBLAS_NUM_THREADS'])"
    done = subprocess.run([sys.executable, "-c", asked], env=told, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == (said or "1")
