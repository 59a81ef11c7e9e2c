"""The offer of idle threads: room is taken, delivered and given back."""

from __future__ import annotations

from pillarbox_engine.standing import Offer


def _offer(types: frozenset[str] | None = None) -> Offer:
    return Offer(frozenset({"a"}), types, "1/w", lambda claimed: None)


def test_an_offer_takes_none_of_the_types_it_leaves_to_others() -> None:
    some = Offer(frozenset({"a"}), None, "1/w", lambda claimed: None, without=frozenset({"fax"}))
    some.set_room(1)
    assert some.takes("a", "mail")
    assert not some.takes("a", "fax")


def test_without_room_nothing_is_taken() -> None:
    offer = _offer()
    assert not offer.takes("a", "t")
    assert not offer.reserve(1)


def test_room_is_reserved_until_it_is_used_up() -> None:
    offer = _offer()
    offer.set_room(3)
    assert offer.reserve(2)
    assert (offer.taken, offer.reserve(2)) == (2, False)
    offer.give_back(2)
    assert (offer.taken, offer.reserve(3)) == (0, True)


def test_it_takes_only_its_queues_and_types() -> None:
    offer = _offer(frozenset({"t"}))
    offer.set_room(1)
    assert offer.takes("a", "t")
    assert not offer.takes("b", "t")
    assert not offer.takes("a", "other")
