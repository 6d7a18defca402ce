"""A plugin of pytest: whoever asks Whoosh for its default codec gets the bridge to ours."""

import whoosh.codec
from bridge import BridgeCodec

whoosh.codec.default_codec = BridgeCodec
