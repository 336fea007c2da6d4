"""What authoring reads out of course.toml: names and addresses, for links and setup cells."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from course_lib.term import read_term


@dataclass(frozen=True)
class Course:
    """The names and addresses of this term; an empty address means that there is none."""

    title: str
    repository: str
    branch: str
    site: str
    wheel: str
    hub: str

    def page(self, slug: str, anchor: str = "") -> str:
        """The address of a page of the published book."""
        return f"{self.site}/{slug}.html" + (f"#{anchor}" if anchor else "")

    def file(self, path: str) -> str:
        """The address of a file of the repository, as GitHub and GitLab show it."""
        return f"{self.repository}/blob/{self.branch}/{path}"

    def colab(self, path: str) -> str:
        """The address that opens a notebook of the repository in Colab; GitHub's only."""
        owner_and_name = self.repository.removeprefix("https://github.com/")
        return (
            f"https://colab.research.google.com/github/{owner_and_name}/blob/{self.branch}/{path}"
        )

    def on_hub(self, path: str) -> str:
        """The address that pulls the repository into a JupyterHub and opens a notebook there."""
        name = self.repository.rpartition("/")[2]
        query = {
            "repo": self.repository,
            "branch": self.branch,
            "urlpath": f"lab/tree/{name}/{path}",
        }
        return f"{self.hub}/hub/user-redirect/git-pull?{urlencode(query)}"

    @property
    def on_github(self) -> bool:
        """Colab opens notebooks from GitHub alone."""
        return self.repository.startswith("https://github.com/")


def read_course(root: Path) -> Course:
    """Read course.toml; an entry that is missing or makes no sense is named."""
    content = read_term(root)
    try:
        return Course(
            title=content["course"]["title"],
            repository=content["repository"]["url"].rstrip("/").removesuffix(".git"),
            branch=content["repository"]["branch"],
            site=content["site"]["address"].rstrip("/"),
            wheel=content["library"]["wheel"],
            hub=content["jupyterhub"]["address"].rstrip("/"),
        )
    except KeyError as missing:
        raise ValueError(f"course.toml has no entry {missing}; authoring needs it.") from missing
