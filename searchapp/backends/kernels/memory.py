"""What kernels need that numba's Python does not say: numbers at an address, and numbers by their bits.

A kernel that takes fifty arrays waits longer for them to be unwrapped than it computes, and one that hands them on to
another copies them every time. So they come as tables of addresses. Whoever fills a table keeps the arrays alive and
in their place; nothing here knows how long they are.
"""

from __future__ import annotations

import ctypes
from struct import Struct

import numpy as np

from indexer.codec.compiled import HAS_NUMBA, inlined

_ANY_LENGTH = 1 << 40
_first_byte = ctypes.c_char.from_buffer
_pack_float, _unpack_int = Struct("d").pack, Struct("q").unpack

if HAS_NUMBA:
    import numba
    from llvmlite import ir
    from numba.core import types
    from numba.extending import intrinsic

    @intrinsic
    def _pointer(context, address):
        def generate(context, builder, signature, arguments):
            return builder.inttoptr(arguments[0], context.get_value_type(types.voidptr))

        return types.voidptr(types.int64), generate

    @inlined
    def int64s(address):
        return numba.carray(_pointer(address), (_ANY_LENGTH,), np.int64)

    @inlined
    def uint64s(address):
        return numba.carray(_pointer(address), (_ANY_LENGTH,), np.uint64)

    @inlined
    def int32s(address):
        return numba.carray(_pointer(address), (_ANY_LENGTH,), np.int32)

    @inlined
    def uint32s(address):
        return numba.carray(_pointer(address), (_ANY_LENGTH,), np.uint32)

    @inlined
    def uint16s(address):
        return numba.carray(_pointer(address), (_ANY_LENGTH,), np.uint16)

    @inlined
    def float32s(address):
        return numba.carray(_pointer(address), (_ANY_LENGTH,), np.float32)

    @inlined
    def float64s(address):
        return numba.carray(_pointer(address), (_ANY_LENGTH,), np.float64)

    @intrinsic
    def lowest_bit(context, word):
        """Number of the lowest set bit of a uint64 that is not 0, as int64."""

        def generate(context, builder, signature, arguments):
            return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

        return types.int64(types.uint64), generate

    @intrinsic
    def float_bits(context, number):
        """The bits of a float32 as an int32: of two numbers that are not below zero, the greater has the greater."""

        def generate(context, builder, signature, arguments):
            return builder.bitcast(arguments[0], ir.IntType(32))

        return types.int32(types.float32), generate

    @intrinsic
    def _single(context, bits):
        def generate(context, builder, signature, arguments):
            return builder.bitcast(arguments[0], ir.FloatType())

        return types.float32(types.int32), generate

    @inlined
    def float_above(half):
        """The float32 that has this upper half and a lower half of zeros."""
        return _single(np.int32(np.int64(half) << 16))

    @intrinsic
    def _double(context, bits):
        def generate(context, builder, signature, arguments):
            return builder.bitcast(arguments[0], ir.DoubleType())

        return types.float64(types.int64), generate

    @inlined
    def float_of(bits):
        """The float32 that a table of int64 holds as the bits of a float64."""
        return np.float32(_double(bits))

else:

    def _numbers(address, dtype):
        size = np.dtype(dtype).itemsize
        return np.frombuffer((ctypes.c_uint8 * (size << 28)).from_address(int(address)), dtype)

    def int64s(address):
        return _numbers(address, np.int64)

    def uint64s(address):
        return _numbers(address, np.uint64)

    def int32s(address):
        return _numbers(address, np.int32)

    def uint32s(address):
        return _numbers(address, np.uint32)

    def uint16s(address):
        return _numbers(address, np.uint16)

    def float32s(address):
        return _numbers(address, np.float32)

    def float64s(address):
        return _numbers(address, np.float64)

    def lowest_bit(word):
        """Number of the lowest set bit of a uint64 that is not 0, as int64."""
        return np.int64((int(word) & -int(word)).bit_length() - 1)

    def float_bits(number):
        """The bits of a float32 as an int32: of two numbers that are not below zero, the greater has the greater."""
        return np.float32(number).view(np.int32)

    def float_above(half):
        """The float32 that has this upper half and a lower half of zeros."""
        return np.uint32(int(half) << 16).view(np.float32)

    def float_of(bits):
        """The float32 that a table of int64 holds as the bits of a float64."""
        return np.float32(np.int64(bits).view(np.float64))


def float_as_int(number: float) -> int:
    """The bits of a float64, as a table of int64 holds it."""
    bits: int = _unpack_int(_pack_float(number))[0]
    return bits


def address_of(array: np.ndarray) -> int:
    """Where an array lies; it must be kept as long as the address is used."""
    try:
        return ctypes.addressof(_first_byte(array))
    except (TypeError, ValueError):  # empty, or not to be written to; numpy knows all, and takes five times as long
        return array.__array_interface__["data"][0]
