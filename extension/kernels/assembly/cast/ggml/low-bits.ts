const BYTES = memory.data<u8>([15, 8, 16, 1, 3, 4, 32]);
const BIT = memory.data<u8>([1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128]);
const FIRST = memory.data<u8>([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1]);

export function splat15(): v128 {
  return v128.load8_splat(BYTES);
}

export function splat8(): v128 {
  return v128.load8_splat(BYTES, 1);
}

export function splat16(): v128 {
  return v128.load8_splat(BYTES, 2);
}

export function splat1(): v128 {
  return v128.load8_splat(BYTES, 3);
}

export function splat3(): v128 {
  return v128.load8_splat(BYTES, 4);
}

export function splat4(): v128 {
  return v128.load8_splat(BYTES, 5);
}

export function splat32(): v128 {
  return v128.load8_splat(BYTES, 6);
}

/** 16 where a bit of the two bytes at an address is set, by bit; else 0. */
export function fifthBits(at: usize): v128 {
  const bytes = i8x16.swizzle(v128.load16_splat(at), v128.load(FIRST));
  const bit = v128.load(BIT);
  return v128.and(i8x16.eq(v128.and(bytes, bit), bit), splat16());
}
