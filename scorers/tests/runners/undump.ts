/** Processors for which there is a library, in Node's words. */
export const undumpArchitectures = ['x64', 'arm64'] as const;
export type UndumpArchitecture = (typeof undumpArchitectures)[number];

/** ELF's `e_machine`, and `prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)` as instructions, which then return. */
const machines: Record<UndumpArchitecture, { machine: number; code: Buffer }> = {
  x64: {
    machine: 62,
    // mov eax, 157; mov edi, 4; xor esi, esi; xor edx, edx; xor r10d, r10d; xor r8d, r8d; syscall; ret
    code: Buffer.from('b89d000000bf0400000031f631d24531d24531c00f05c3', 'hex'),
  },
  arm64: {
    machine: 183,
    // mov x8, #167; mov x0, #4; mov x1, #0; mov x2, #0; mov x3, #0; mov x4, #0; svc #0; ret
    code: Buffer.from('e81480d2800080d2010080d2020080d2030080d2040080d2010000d4c0035fd6', 'hex'),
  },
};

const header = 64;
const programHeader = 56;
const [LOAD, DYNAMIC, GNU_STACK] = [1, 2, 0x6474e551];
const [EXECUTE, WRITE, READ] = [1, 2, 4];
/** Where the file is mapped a second time, to be executed; a multiple of every page size in use. */
const executable = 0x10000;

/**
 * A shared library whose initialiser makes the process that loads it undumpable: the kernel then lets no other process
 * of the same user trace it, read its memory or open what is private in its /proc folder, which holds the run's word.
 * Node has no call for prctl(2), and an image need not have a compiler. The kernel undoes it when another program is
 * started in the process, so it does not spread to children.
 *
 * One page, mapped twice: writable for the loader, which on some systems notes addresses in the dynamic section, and
 * executable. Formats: System V ABI, chapters 4 and 5; prctl(2).
 */
export function undumpLibrary(architecture: UndumpArchitecture): Uint8Array {
  const { machine, code } = machines[architecture];
  const dynamic = header + 4 * programHeader;
  const hash = dynamic + 7 * 16;
  const symbols = hash + 16;
  const strings = symbols + 24;
  const text = strings + 8;
  const bytes = Buffer.alloc(text + code.length);

  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.writeUInt16LE(3, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeUInt32LE(1, 20);
  bytes.writeBigUInt64LE(BigInt(header), 32);
  bytes.writeUInt16LE(header, 52);
  bytes.writeUInt16LE(programHeader, 54);
  bytes.writeUInt16LE(4, 56);
  bytes.writeUInt16LE(64, 58);

  const segments = [
    { type: LOAD, flags: READ | WRITE, offset: 0, address: 0, size: bytes.length, align: executable },
    {
      type: LOAD,
      flags: READ | EXECUTE,
      offset: 0,
      address: executable,
      size: bytes.length,
      align: executable,
    },
    { type: DYNAMIC, flags: READ | WRITE, offset: dynamic, address: dynamic, size: 7 * 16, align: 8 },
    { type: GNU_STACK, flags: READ | WRITE, offset: 0, address: 0, size: 0, align: 16 },
  ];
  for (const [index, { type, flags, offset, address, size, align }] of segments.entries()) {
    const start = header + index * programHeader;
    bytes.writeUInt32LE(type, start);
    bytes.writeUInt32LE(flags, start + 4);
    for (const [at, value] of [offset, address, address, size, size, align].entries())
      bytes.writeBigUInt64LE(BigInt(value), start + 8 + at * 8);
  }
  // INIT, HASH, STRTAB, SYMTAB, STRSZ, SYMENT, and the end.
  const tags = [
    [12, executable + text],
    [4, hash],
    [5, strings],
    [6, symbols],
    [10, 8],
    [11, 24],
    [0, 0],
  ];
  for (const [index, tag] of tags.entries())
    for (const [at, value] of tag.entries())
      bytes.writeBigUInt64LE(BigInt(value), dynamic + index * 16 + at * 8);
  // A hash table of one empty bucket: the library has no symbols.
  bytes.writeUInt32LE(1, hash);
  bytes.writeUInt32LE(1, hash + 4);
  bytes.set(code, text);
  return bytes;
}
