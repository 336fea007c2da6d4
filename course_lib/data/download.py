"""Fetch one file from one address, going on where an earlier try broke off."""

from pathlib import Path
from typing import IO

CHUNK_BYTES = 2**14
TIMEOUT_SECONDS = 30
RANGE_NOT_SATISFIABLE = 416


class MirrorError(RuntimeError):
    """An address did not deliver; what arrived may still be the beginning of the file."""


class BadFileError(MirrorError):
    """What arrived is not the file, nor its beginning."""


def fetch(url: str, part: Path) -> None:
    """Append to `part` what it lacks, or write it anew where the server sends everything.

    MirrorError says why the address did not deliver. A failing disk raises its own OSError.
    """
    # Imported here: loading a data set that is there needs neither.
    import pooch
    import requests
    from tqdm import tqdm

    with part.open("ab") as file:
        reply = _Reply(file)
        # disable=None: no bar where the output is not a terminal. A bar without a total has no
        # truth value, which pooch asks for before it fills in the real total.
        bar = tqdm(desc=part.name, total=1, unit="B", unit_scale=True, leave=False, disable=None)
        get = pooch.HTTPDownloader(
            progressbar=bar,
            chunk_size=CHUNK_BYTES,
            timeout=TIMEOUT_SECONDS,
            headers=_headers(file.tell()),
            hooks={"response": reply.received},
        )
        try:
            get(url, file, None)
        except requests.RequestException as error:
            raise _complaint(error) from error
        finally:
            bar.close()
        reply.completed()


class _Reply:
    """Looks at a server's answer before and after its body goes into the file."""

    def __init__(self, file: IO[bytes]):
        self.file = file
        self.promised = 0

    def received(self, response, **_options) -> None:
        if response.is_redirect or not response.ok:
            return
        if "html" in response.headers.get("Content-Type", ""):
            raise MirrorError("sent a web page instead of the file")
        if response.status_code == 200:  # and not 206: everything comes, from the start
            self.file.seek(0)
            self.file.truncate()
        if "Content-Encoding" not in response.headers:
            self.promised = self.file.tell() + int(response.headers.get("Content-Length", 0))

    def completed(self) -> None:
        if self.file.tell() < self.promised:
            raise MirrorError(f"sent {self.file.tell():,} of {self.promised:,} bytes")


def _headers(begun: int) -> dict[str, str]:
    # identity: a server that packs the packed file once more would confuse all sizes.
    resume = {"Range": f"bytes={begun}-"} if begun else {}
    return {"Accept-Encoding": "identity", **resume}


def _complaint(error: Exception) -> MirrorError:
    """What an exception of the network means to the person who waits."""
    import requests

    if isinstance(error, requests.HTTPError):
        status, reason = error.response.status_code, error.response.reason
        kind = BadFileError if status == RANGE_NOT_SATISFIABLE else MirrorError
        return kind(f"answered {status} {reason}")
    if isinstance(error, requests.TooManyRedirects):
        return MirrorError("redirects in a circle")
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return MirrorError(f"sent nothing for {TIMEOUT_SECONDS} seconds")
    cause = getattr(error.args[0], "reason", error) if error.args else error
    return MirrorError(f"broke off or could not be reached ({cause})")
