"""How Sphinx makes the site: `make site`.

The folder that Sphinx reads is the root of the project, so that links between Markdown files are
the same here and on a forge. Pages of the library come from its docstrings (`api.py`), pages of
examples from the scripts in docs/examples.
"""

import os
import sys
from pathlib import Path

SITE = Path(__file__).parent
ROOT = SITE.parents[1]
EXAMPLES = ROOT / "docs" / "examples"
sys.path[:0] = [str(ROOT / "workflow"), str(SITE)]

import api  # noqa: E402
import docstrings  # noqa: E402
from metadata import VERSION, examples  # noqa: E402

project = "rnn-geometry"
author = "The rnn-geometry authors"
copyright = f"2026, {author}"
version = release = VERSION

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
root_doc = "docs/site/index"
include_patterns = ["docs/**", "config/README.md", "CHANGELOG.md", "CONTRIBUTING.md"]
include_patterns += ["CODE_OF_CONDUCT.md"]
exclude_patterns = ["docs/paper", "docs/examples", "docs/data", ".*", "results", "build", "tests"]
exclude_patterns += ["workflow", "envs", "profiles", "benchmarks"]
# Headings are linked by what a forge calls them.
myst_heading_anchors = 4
# Indented blocks are commands, numbers and YAML alike.
highlight_language = "none"
# Names between single backticks are code, as in the Markdown pages.
default_role = "literal"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
numpydoc_show_class_members = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
add_module_names = False

html_theme = "furo"
html_title = f"rnn-geometry {VERSION}"
html_show_sphinx = False
html_copy_source = False
html_static_path = ["static"]
html_css_files = ["site.css"]
# The first page lies deep: what opens the folder is sent there.
html_extra_path = ["extra"]

RESULTS = os.environ.get("RNN_GEOMETRY_RESULTS")
RUN_ALWAYS = r"(?<!own_network)(?<!finished_results)\.py$"
if examples(EXAMPLES):
    extensions.append("sphinx_gallery.gen_gallery")
    sphinx_gallery_conf = {
        "examples_dirs": [str(EXAMPLES)],
        "gallery_dirs": ["docs/site/gallery"],
        # Shown and not run: one that runs the workflow, and one that opens results where none are.
        "filename_pattern": r"(?<!own_network)\.py$" if RESULTS else RUN_ALWAYS,
        "abort_on_example_error": True,
        "download_all_examples": False,
        "ignore_repr_types": r"matplotlib\.",
        "show_memory": False,
        "show_signature": False,
        "min_reported_time": 1e9,
        # Their page loads tables and styles from the web, and the site works without.
        "write_computation_times": False,
    }


def setup(app):
    """Write the pages of the library, and make their docstrings legible to Sphinx."""
    api.write(SITE / "library")
    if not examples(EXAMPLES):
        (SITE / "gallery").mkdir(exist_ok=True)
        (SITE / "gallery/index.rst").write_text("Examples\n========\n\nThere are none yet.\n")
    docstrings.connect(app)
