interface Field {
  readonly number: number;
  /** Of a length-delimited or fixed-size field. */
  readonly bytes: Buffer;
  /** Of a varint field. */
  readonly varint: bigint;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const none = Buffer.alloc(0);

/** The wire format of protocol buffers. Throws on what is cut short. */
export class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  *fields(): Generator<Field> {
    while (this.#at < this.#bytes.length) {
      const tag = Number(this.#varint());
      const number = Math.floor(tag / 8);
      const wire = tag % 8;
      if (wire === VARINT) yield { number, bytes: none, varint: this.#varint() };
      else if (wire === FIXED64) yield { number, bytes: this.#take(8), varint: 0n };
      else if (wire === FIXED32) yield { number, bytes: this.#take(4), varint: 0n };
      else if (wire === BYTES) yield { number, bytes: this.#take(Number(this.#varint())), varint: 0n };
      else throw new Error(`proto: illegal wireType ${wire}`);
    }
  }

  #varint(): bigint {
    let result = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw new Error('unexpected EOF');
      this.#at += 1;
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return result;
    }
    throw new Error('proto: integer overflow');
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new Error('unexpected EOF');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
