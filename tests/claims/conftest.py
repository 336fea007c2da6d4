"""A small ledger of one's own, with entries to break."""

import pytest
import yaml

COMPUTED = {
    "id": "crops",
    "lecture": "colorado_2024",
    "heading": "AlexNet Remedies for Overfitting",
    "states": "Crops and mirror images are 2048 times more data.",
    "kind": "computed",
    "by": "crops.of_alexnet",
    "value": 2048,
    "ours": 2178,
    "tolerance": 0,
    "verdict": "does not hold",
    "remark": "The paper prints it, too.",
    "proof": "33 * 33 * 2.",
}
LITERATURE = {
    "id": "epochs",
    "lecture": "colorado_2025",
    "heading": "Training: 90 Epochs",
    "states": "AlexNet was trained for 90 epochs.",
    "kind": "literature",
    "by": {"source": "krizhevsky2012", "where": "section 5"},
    "value": 90,
    "ours": 90,
    "tolerance": 0,
    "verdict": "holds with a remark",
    "remark": "Roughly.",
    "proof": None,
}


@pytest.fixture
def write(tmp_path):
    """Write entries and a bibliography; the path of the ledger."""

    def written(*entries: dict):
        (tmp_path / "references.bib").write_text("@book{krizhevsky2012,\n  year = {2012},\n}\n")
        path = tmp_path / "claims.yml"
        path.write_text(yaml.safe_dump(list(entries), sort_keys=False), encoding="utf8")
        return path

    return written


@pytest.fixture
def computed():
    return dict(COMPUTED)


@pytest.fixture
def literature():
    return dict(LITERATURE)
