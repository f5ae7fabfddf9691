"""The documentation site: `sphinx-build -W docs docs/_build`, which needs nothing from the network.

Pages of theorems, claims, processes and the atlas are written from the code by `site_pages.written` before
each build; formulas become MathML, so that the site reads offline and without JavaScript.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import ridgeproof

project = "ridgeproof"
author = "the authors of ridgeproof"
version = release = ridgeproof.__version__
html_title = f"ridgeproof {version}"
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "site_pages.mathml",
    "site_pages.written",
]
exclude_patterns = ["_build", "site_pages", "written/extra"]
(Path(__file__).parent / "written" / "extra").mkdir(parents=True, exist_ok=True)
html_extra_path = ["written/extra"]
html_theme = "furo"
html_static_path = ["site_pages/static"]
html_css_files = ["site.css"]
html_copy_source = False
templates_path: list[str] = []
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_timeout = 300
nb_execution_raise_on_error = True
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = True
suppress_warnings = ["myst.header"]  # pages pasted from Markdown begin where they begin
