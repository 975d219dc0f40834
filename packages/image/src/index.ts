// Image codecs and pixel operations: bytes to typed arrays and back.
export {}
