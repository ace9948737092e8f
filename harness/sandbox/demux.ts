const headerBytes = 8;

/**
 * Splits the engine's multiplexed stream (8 bytes of header: stream, three zeros, length; then the payload) into
 * stdout and stderr. Keeps no payload: chunks are handed on as they come.
 */
export function demultiplex(
  onStdout: (chunk: Uint8Array) => void,
  onStderr: (chunk: Uint8Array) => void,
): (chunk: Uint8Array) => void {
  const header = Buffer.alloc(headerBytes);
  let headerLength = 0;
  let payloadLeft = 0;

  return (chunk) => {
    let at = 0;
    while (at < chunk.byteLength) {
      if (payloadLeft > 0) {
        const part = chunk.subarray(at, at + payloadLeft);
        (header[0] === 2 ? onStderr : onStdout)(part);
        payloadLeft -= part.byteLength;
        at += part.byteLength;
        continue;
      }
      const part = chunk.subarray(at, at + headerBytes - headerLength);
      header.set(part, headerLength);
      headerLength += part.byteLength;
      at += part.byteLength;
      if (headerLength === headerBytes) {
        payloadLeft = header.readUInt32BE(4);
        headerLength = 0;
      }
    }
  };
}
