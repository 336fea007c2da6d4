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


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    fetch = actions.add_parser("prepare", help="fetch a data set and check every array's hash")
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
    if not CATALOGUE[name].originals:
        print(f"{name} comes with the library; there is nothing to fetch.")
        return 0
    print(f"{name} lies in {folder}; every array has the published hash.")
    if arguments.to and arguments.to != os.environ.get("COURSE_DATA"):
        print(f"Tell the course where it is: export COURSE_DATA={folder.parent}")
    return 0


def _list() -> int:
    width = max(map(len, CATALOGUE))
    for name, data_set in CATALOGUE.items():
        print(f"{name:{width}}  {data_set.title}. {_state(name)}")
    return 0


def _state(name: str) -> str:
    if not CATALOGUE[name].originals:
        return "Always there."
    folder = data_folder(name)
    if folder.exists():
        return f"In {folder}."
    return f"Not there: course data prepare {name}"
