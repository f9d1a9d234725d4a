import { createHash } from 'node:crypto';
import type { CreateDigest } from '../core/digest';

/** SHA-256 of Node's own OpenSSL. */
export const nodeDigest: CreateDigest = () => {
  const hash = createHash('sha256');
  return {
    update: (bytes) => void hash.update(bytes),
    hex: () => hash.digest('hex'),
  };
};
