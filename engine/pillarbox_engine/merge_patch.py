"""JSON merge patch: a payload as it becomes.

Owns `merged`, RFC 7396 (https://www.rfc-editor.org/rfc/rfc7396): objects are merged key by key,
null removes a key, anything else takes the place of what was there.
"""

from __future__ import annotations

from typing import Any

from pillarbox_engine.payload import check_size, encode, parse


def merged(target: Any, patch: Any) -> Any:
    """`target` with `patch` applied; neither is changed."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def patched_text(payload_json: str, patch_json: str, limit: int) -> str:
    """The payload's JSON text with the patch applied; the very text where that changes nothing.

    Raises `InvalidPayload` where the result cannot be carried (too deep) and `PayloadTooLarge`
    where it takes more than `limit` bytes.
    """
    payload = parse(payload_json)
    text = encode(merged(payload, parse(patch_json)))
    if text == encode(payload):
        return payload_json
    check_size(text, limit)
    return text
