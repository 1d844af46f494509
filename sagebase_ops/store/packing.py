"""How does a record stand in a store in a fifth of its length?"""

import zlib

_RECORD = "utf-8", "surrogatepass"


def packed(record: str) -> bytes:
    return zlib.compress(record.encode(*_RECORD))


def unpacked(record: bytes) -> str:
    return zlib.decompress(record).decode(*_RECORD)
