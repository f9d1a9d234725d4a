import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** A running SHA-256. Node hosts inject their native one, which is several times faster. */
export interface Digest {
  update(bytes: Uint8Array): void;
  /** Lower-case hex; the digest can't be updated after. */
  hex(): string;
}

export type CreateDigest = () => Digest;

/** SHA-256 in plain JavaScript, for hosts without a streaming one. */
export const createDigest: CreateDigest = () => {
  const hash = sha256.create();
  return {
    update: (bytes) => void hash.update(bytes),
    hex: () => bytesToHex(hash.digest()),
  };
};
