"""The walk of a text through the automaton of a language model, compiled; `language_model.py` says what it is for."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel


@kernel
def count_visits(text, next_row, row_of_state, feature_of_state, place_of_feature, features, counts):
    """Which features the bytes of a text lead to, in the order in which they first come, and how often each; returns
    how many.

    From a state the byte b leads to next_row[row_of_state[state] * 256 + b]. `place_of_feature` comes in as -1 for
    every feature, and goes out so.
    """
    found = 0
    state = np.int64(0)
    for byte in text:
        state = np.int64(next_row[(np.int64(row_of_state[state]) << 8) + np.int64(byte)])
        feature = np.int64(feature_of_state[state])
        if feature < 0:
            continue
        place = np.int64(place_of_feature[feature])
        if place < 0:
            place = found
            place_of_feature[feature] = place
            features[place] = feature
            counts[place] = 0
            found += 1
        counts[place] += 1
    for i in range(found):
        place_of_feature[features[i]] = -1
    return found
