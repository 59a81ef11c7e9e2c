"""What a store cannot do it says beforehand, and refuses in words."""

from __future__ import annotations

import pytest

from pillarbox_engine.errors import InvalidOption, Unsupported
from pillarbox_engine.model import NewJob
from pillarbox_engine.protocols import Capability
from tests.contract.workshop import QUEUE, Workshop


def test_what_is_not_a_capability_is_unsupported(shop: Workshop) -> None:
    can = Capability.ENQUEUE_WITHIN in shop.backend.capabilities
    with pytest.raises(InvalidOption if can else Unsupported):
        shop.backend.enqueue_within(QUEUE, [NewJob(payload_json="1")], object())
    assert shop.backend.queues() == ()
