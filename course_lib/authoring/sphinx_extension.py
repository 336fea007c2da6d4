"""What the site needs beyond Jupyter Book: addresses from course.toml, buttons, captions.

Named in _config.yml under `sphinx.config.extensions`.
"""

import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinxcontrib.bibtex.plugin import register_plugin
from sphinxcontrib.bibtex.style.referencing import BracketStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle

from course_lib.authoring.course_file import Course, read_course


class RoundBrackets(AuthorYearReferenceStyle):
    """Citations as the notebooks print them: (LeCun et al., 1998)."""

    def __init__(self) -> None:
        brackets = BracketStyle(left="(", right=")")
        super().__init__(bracket_parenthetical=brackets, bracket_textual=brackets)


def setup(app: Sphinx) -> dict[str, bool]:
    register_plugin("sphinxcontrib.bibtex.style.referencing", "author_year_round", RoundBrackets)
    # Jupyter Book sets this option though its extension for comments is left out.
    app.add_config_value("comments_config", {}, "html")
    app.connect("config-inited", follow_course_file)
    app.connect("doctree-read", describe_pictures)
    # After the theme has emptied its list of buttons (500), before it writes its menus (501).
    app.connect("html-page-context", offer_notebook)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def follow_course_file(app: Sphinx, config: Config) -> None:
    """Take addresses from course.toml, and keep scripts that pages do not need off the pages."""
    course = _course(app)
    config.html_baseurl = course.site + "/"
    config.html_theme_options["logo"] = {"text": course.title, "alt_text": ""}
    config.html_theme_options["use_repository_button"] = True
    config.html_theme_options["repository_url"] = course.repository
    config.html_theme_options["repository_branch"] = course.branch
    config.html_theme_options["path_to_docs"] = "book"
    config.myst_url_schemes = {
        **dict.fromkeys(("http", "https", "mailto")),
        "repository": course.file("{{path}}"),
        "colab": course.colab("{{path}}"),
    }
    # Jupyter Book lists every script and style sheet below _static, MathJax's parts too.
    config.html_js_files = []
    config.html_css_files = ["custom.css"]


def describe_pictures(app: Sphinx, doctree: nodes.document) -> None:
    """Give the picture that a cell draws the alternative text and the caption of the cell."""
    for cell in doctree.findall(nodes.container):
        told = cell.get("cell_metadata", {})
        for picture in list(cell.findall(nodes.image)) if "alt" in told else ():
            picture["alt"] = told["alt"]
            if "caption" not in told:  # a chapter in the making; its notebook will ask for it
                continue
            figure = nodes.figure()
            picture.replace_self(figure)
            # Sphinx numbers what has a caption; a legend it leaves alone.
            figure += [picture, nodes.legend("", nodes.paragraph("", told["caption"]))]


def offer_notebook(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Put buttons on a chapter that open and download its notebook, where there is one."""
    path = f"lectures/{page}.ipynb"
    if doctree is None or not (_root(app) / path).exists():
        return
    target = Path(app.outdir) / "_sources" / f"{page}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(_root(app) / path, target)
    context["ipynb_source"] = target.name  # the theme's menu of downloads offers it
    context["header_buttons"][:0] = _launchers(_course(app), path)


def _launchers(course: Course, path: str) -> list[dict[str, str]]:
    places = []
    if course.on_github:
        places.append(("Colab", "_static/images/logo_colab.png", course.colab(path)))
    if course.hub:
        places.append(("JupyterHub", "_static/images/logo_jupyterhub.svg", course.on_hub(path)))
    return [
        {
            "type": "link",
            "url": address,
            "text": f"Run in {name}",
            "icon": icon,
            "label": "launch",
        }
        for name, icon, address in places
    ]


def _root(app: Sphinx) -> Path:
    return Path(app.srcdir).parent


def _course(app: Sphinx) -> Course:
    return read_course(_root(app))
