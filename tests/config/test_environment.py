"""Jobs have the same surroundings on every machine."""

import os

import pytest

from rnn_geometry.config import environment
from rnn_geometry.errors import UserError


def fixed(**variables):
    environment.fix(variables, "/checkout/workflow")
    return variables


PLAIN = fixed()


@pytest.mark.parametrize(
    "variable",
    [
        "MPLBACKEND=module://matplotlib_inline.backend_inline",
        "MATPLOTLIBRC=/home/somebody/matplotlibrc",
        "PYTHONHASHSEED=7",
        "PYTHONWARNINGS=error",
        "PYTHONOPTIMIZE=2",
        "PYTHONIOENCODING=latin-1",
        "PYTHONUTF8=0",
        "PYTHONSTARTUP=/home/somebody/startup.py",
        "PYTHONINSPECT=1",
        "PYTHONDEVMODE=1",
        "SOURCE_DATE_EPOCH=1",
        "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE=1",
        "TORCHDYNAMO_DISABLE=1",
        "NVIDIA_TF32_OVERRIDE=1",
        "PANDAS_COPY_ON_WRITE=warn",
    ],
)
def test_a_persons_setting_does_not_reach_jobs(variable):
    name, _, value = variable.partition("=")
    assert fixed(**{name: value}) == PLAIN


@pytest.mark.parametrize(
    "name",
    [
        "HOME",
        "TZ",
        "LC_ALL",
        "CUDA_VISIBLE_DEVICES",
        "HTTPS_PROXY",
        "HF_HOME",
        "PYTHONUNBUFFERED",
        "ATEN_CPU_CAPABILITY",
        "MKL_CBWR",
        "OPENBLAS_CORETYPE",
        "NPY_DISABLE_CPU_FEATURES",
    ],
)
def test_what_the_machine_needs_stays(name):
    assert fixed(**{name: "x"}) == {**PLAIN, name: "x"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "/checkout/workflow"),
        ("/checkout/workflow", "/checkout/workflow"),
        ("/mine", "/checkout/workflow:/mine"),
        ("/mine::/checkout/workflow:", "/checkout/workflow:/mine"),
    ],
)
def test_the_package_of_this_checkout_comes_first(before, after):
    assert fixed(PYTHONPATH=before)["PYTHONPATH"] == after.replace(":", os.pathsep)


def test_fixing_twice_changes_nothing():
    variables = fixed(PYTHONPATH="/mine", MPLBACKEND="inline")
    assert fixed(**variables) == variables


@pytest.mark.parametrize("content", [b"", b"font.size: 9\n", b"no sense at all", None])
def test_any_text_is_taken_for_a_matplotlibrc(tmp_path, content):
    if content is not None:
        (tmp_path / "matplotlibrc").write_bytes(content)
    environment.check_matplotlibrc(tmp_path / "matplotlibrc")


def test_a_matplotlibrc_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "matplotlibrc").write_bytes(b"# \xff\xfe")
    with pytest.raises(UserError, match=r"matplotlibrc' in the working folder is no text in UTF-8"):
        environment.check_matplotlibrc(tmp_path / "matplotlibrc")
