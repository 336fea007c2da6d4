"""Fetch the data sets of the course, and see which are there.

  course data list
  course data prepare mnist
  course data prepare mnist --to /srv/course-data
  course data prepare mnist --mirror https://files.example.edu/mnist/

Without --to, a data set goes to the folder that COURSE_DATA names, else to the cache folder.
"""

import argparse
import os

from course_lib.data.catalogue import CATALOGUE
from course_lib.data.folders import data_folder
from course_lib.data.preparation import prepare
from course_lib.data.published import DataSet


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    fetch = actions.add_parser("prepare", help="fetch a data set and check it")
    fetch.add_argument("name", metavar="NAME", help=", ".join(CATALOGUE))
    fetch.add_argument("--to", metavar="FOLDER", help="the folder that will hold NAME/")
    fetch.add_argument(
        "--mirror",
        metavar="ADDRESS",
        action="append",
        help="ask this address instead of the known ones; may be repeated",
    )
    actions.add_parser("list", help="name the data sets, and say which are prepared")


def run(arguments: argparse.Namespace) -> int:
    if arguments.action == "list":
        return _list()
    name = arguments.name
    folder = prepare(name, arguments.to, arguments.mirror)
    if CATALOGUE[name].is_embedded:
        print(f"{name} comes with the library; there is nothing to fetch.")
        return 0
    print(f"{name} lies in {folder}; {_checked(CATALOGUE[name])}")
    if arguments.to and arguments.to != os.environ.get("COURSE_DATA"):
        print(f"Tell the course where it is: export COURSE_DATA={folder.parent}")
    return 0


def _checked(data_set: DataSet) -> str:
    """What is known of the files that are now there."""
    if not data_set.pictures:
        return "every array has the published hash."
    archives = data_set.pictures.archives
    said = f"all {sum(data_set.pictures.num_pictures.values()):,} pictures are there."
    if any(archive.hash is None for archive in archives):
        return f"{said} No hash of them is known: they were counted, not compared."
    if not all(archive.verified for archive in archives):
        return f"{said} The hash they are compared with when fetched is one that others publish."
    return said


def _list() -> int:
    width = max(map(len, CATALOGUE))
    for name, data_set in CATALOGUE.items():
        print(f"{name:{width}}  {data_set.title}. {_state(name)}")
    return 0


def _state(name: str) -> str:
    if CATALOGUE[name].is_embedded:
        return "Always there."
    folder = data_folder(name)
    if folder.exists():
        return f"In {folder}."
    return f"Not there: course data prepare {name}"
