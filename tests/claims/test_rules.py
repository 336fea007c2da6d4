"""Each rule of the ledger, broken once. Oracle: the sentence that must come."""

import pytest

from course_lib.claims import Ledger, claim, ledger


def refused(path, message):
    with pytest.raises(ValueError, match=message):
        ledger(path)


def test_what_keeps_the_rules_is_read_in_its_order(write, computed, literature):
    found = ledger(write(computed, literature))
    assert isinstance(found, Ledger)
    assert [one.id for one in found] == ["crops", "epochs"]
    assert (found[0].value, found[0].ours, found[1].by["where"]) == (2048, 2178, "section 5")


BROKEN = {
    "lecture": ("mit_2020", "claim 'crops': its lecture is 'mit_2020'; it must be one of colorado"),
    "kind": ("guessed", "claim 'crops': its kind is 'guessed'; it must be one of computed, record"),
    "verdict": ("unchecked", "its verdict is 'unchecked'; it must be one of holds, holds with"),
    "by": ("os", r"its `by` is 'os'; name a function of course_lib.claims as module.function"),
    "heading": ("", "write a sentence as its heading"),
    "states": (None, "write a sentence as its states"),
    "remark": (None, "a sentence as its remark because the verdict is 'does not hold'"),
    "proof": (" ", "a sentence as its proof because the verdict is 'does not hold'"),
    "value": (None, "its value is None; give a number, a text, true, false, or a list"),
    "ours": ({"a": 1}, r"ours is \{'a': 1\}; give a number"),
    "tolerance": (-1, "its tolerance is -1; give 0 or a positive number"),
    "id": ("Two Words", "an id has lower-case letters, digits and hyphens"),
}


@pytest.mark.parametrize("key", BROKEN)
def test_a_wrong_value_of_a_key(key, write, computed):
    wrong, message = BROKEN[key]
    refused(write(computed | {key: wrong}), message)


@pytest.mark.parametrize("value", [float("nan"), [], [[1]], [1, None], ""])
def test_what_is_no_value(value, write, computed):
    refused(write(computed | {"value": value}), "its value is")


def test_a_missing_key_and_one_too_many(write, computed, literature):
    del computed["heading"]
    path = write(computed, literature | {"page": 3})
    refused(path, "claim 'crops' lacks `heading`; write it, null where it is empty")
    refused(path, "claim 'epochs' has `page`, which no claim has; remove it")
    refused(path, "claims.yml breaks 2 of its rules")


def test_two_entries_of_one_id(write, computed, literature):
    refused(write(computed, literature | {"id": "crops"}), "claim 'crops' is there 2 times")


def test_an_entry_that_is_none(write, computed):
    refused(write(computed, "crops"), "'crops' is no entry; begin each one with `- id: ...`")


def test_a_file_that_is_no_list_and_one_that_is_no_yaml(tmp_path):
    path = tmp_path / "claims.yml"
    path.write_text("id: crops\n")
    refused(path, "must be a list; begin each entry with")
    path.write_text("- id: [\n")
    refused(path, "is not YAML")


@pytest.mark.parametrize("verdict", ["holds", "holds with a remark"])
def test_a_claim_that_differs_cannot_hold(verdict, write, computed):
    message = rf"claim 'crops' says '{verdict}', but 2048 and 2178 differ \(tolerance 0\)"
    refused(write(computed | {"verdict": verdict}), message)


def test_a_claim_that_agrees_cannot_fail(write, computed):
    message = "says 'does not hold', but 2048 and 2048 agree .* write 'holds' or 'holds with"
    refused(write(computed | {"ours": 2048}), message)


def test_the_tolerance_decides(write, computed):
    close = computed | {"verdict": "holds", "tolerance": 130}
    assert ledger(write(close))[0].verdict == "holds"
    refused(write(close | {"tolerance": 129}), "differ")


def test_a_claim_that_was_never_computed(write, computed):
    refused(write(computed | {"ours": None}), "has not been computed yet: type `course claims")


def test_literature_says_something_and_somewhere(write, literature):
    refused(write(literature | {"ours": None}), "ours is null; write what the source says")
    holds = "`by` of the kind 'literature' holds source, where"
    refused(write(literature | {"by": {"source": "krizhevsky2012"}}), holds)
    refused(write(literature | {"by": {"source": "krizhevsky2012", "where": ""}}), holds)
    refused(write(literature | {"by": "krizhevsky2012"}), holds)


def test_a_source_must_be_in_the_bibliography(write, literature):
    path = write(literature | {"by": {"source": "nobody1900", "where": "page 1"}})
    refused(path, "claim 'epochs': references.bib has no 'nobody1900'; add the entry there")


def test_a_wheel_has_no_bibliography_and_still_reads_the_ledger(write, literature):
    path = write(literature | {"by": {"source": "nobody1900", "where": "page 1"}})
    (path.parent / "references.bib").unlink()
    assert len(ledger(path)) == 1


def test_records_are_averaged_over_seeds(write, computed):
    by = {"experiment": "lenet_mnist", "measure": "test.error", "over": "epochs"}
    path = write(computed | {"kind": "record", "by": by})
    refused(path, "`over` is 'epochs'; records are averaged over seeds")


@pytest.mark.parametrize("above", [None, True, ""])
def test_a_limit_is_a_number_or_a_measure(above, write, computed):
    by = {"experiment": "lenet_mnist", "measure": "seed", "over": "seeds", "above": above}
    refused(write(computed | {"kind": "record", "by": by}), f"`above` is {above!r}; give a number")


def test_a_paper_has_no_limit(write, literature):
    path = write(literature | {"by": literature["by"] | {"above": 1}})
    refused(path, "`above` is 1; give a number or a measure, and only for a record")


def test_one_claim_by_its_id(write, computed, literature):
    path = write(computed, literature)
    assert claim("epochs", path).ours == 90
    with pytest.raises(ValueError, match=r"There is no claim 'epoch'; did you mean epochs\?"):
        claim("epoch", path)
    with pytest.raises(ValueError, match="no claim 'zzz'; `course claims` lists them"):
        claim("zzz", path)


def test_parts_of_the_ledger(write, computed, literature):
    found = ledger(write(computed, literature))
    assert [one.id for one in found.of("colorado_2025")] == ["epochs"]
    assert len(found.of("kaist")) == 0
    assert [one.id for one in found.wrong] == ["crops"]
    assert found.counts == {"holds": 0, "holds with a remark": 1, "does not hold": 1}
    with pytest.raises(ValueError, match="no lecture 'mit'; there are colorado_2024"):
        found.of("mit")
    with pytest.raises(ValueError, match="no verdict; these are: holds"):
        found.with_verdict("maybe")
