"""What kernels need that numba's Python does not say: arrays by their address, and numbers by their bits.

A kernel that takes fifty arrays waits longer for them to be unwrapped than it computes, so they come as one table of
addresses and sizes. Whoever fills the table keeps the arrays alive and in their place.
"""

from __future__ import annotations

import ctypes

import numpy as np

from indexer.codec.compiled import HAS_NUMBA, kernel

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

    @kernel
    def array_at(address, size, dtype):
        """`size` numbers that lie at an address."""
        return numba.carray(_pointer(address), (size,), dtype)

    @intrinsic
    def lowest_bit(context, word):
        """Number of the lowest set bit of a uint64 that is not 0, as uint64."""

        def generate(context, builder, signature, arguments):
            return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

        return types.uint64(types.uint64), generate

    @intrinsic
    def float_bits(context, number):
        """The bits of a float32 as an int32: of two numbers that are not below zero, the greater has the greater."""

        def generate(context, builder, signature, arguments):
            return builder.bitcast(arguments[0], ir.IntType(32))

        return types.int32(types.float32), generate

    @intrinsic
    def float_of(context, bits):
        """The float64 that has the bits of an int64."""

        def generate(context, builder, signature, arguments):
            return builder.bitcast(arguments[0], ir.DoubleType())

        return types.float64(types.int64), generate

else:

    def array_at(address, size, dtype):
        """`size` numbers that lie at an address."""
        held = (ctypes.c_uint8 * (int(size) * np.dtype(dtype).itemsize)).from_address(int(address))
        return np.frombuffer(held, dtype)

    def lowest_bit(word):
        """Number of the lowest set bit of a uint64 that is not 0, as uint64."""
        return np.uint64((int(word) & -int(word)).bit_length() - 1)

    def float_bits(number):
        """The bits of a float32 as an int32: of two numbers that are not below zero, the greater has the greater."""
        return np.float32(number).view(np.int32)

    def float_of(bits):
        """The float64 that has the bits of an int64."""
        return np.int64(bits).view(np.float64)


def float_as_int(number: float) -> int:
    """The bits of a float64, as a table of int64 holds it."""
    return int(np.float64(number).view(np.int64))


def address_of(array: np.ndarray) -> int:
    """Where an array lies; it must be kept as long as the address is used."""
    return array.__array_interface__["data"][0]
