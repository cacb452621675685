/** The formats that are decoded. */
export type ImageFormat = "jpeg" | "png" | "webp" | "gif" | "tiff";

interface Signature<Name> {
  readonly name: Name;
  /** Tested against the first `HEAD_BYTES` bytes as Latin-1 characters. */
  readonly pattern: RegExp;
}

const HEAD_BYTES = 512;

const images: readonly Signature<ImageFormat>[] = [
  { name: "jpeg", pattern: /^\xff\xd8\xff/ },
  { name: "png", pattern: /^\x89PNG\r\n\x1a\n/ },
  { name: "webp", pattern: /^RIFF[\s\S]{4}WEBP/ },
  { name: "gif", pattern: /^GIF8[79]a/ },
  { name: "tiff", pattern: /^(?:II[*+]\0|MM\0[*+])/ },
];

/** What else comes under an image's name; only for the explanation. */
const others: readonly Signature<string>[] = [
  { name: "HTML", pattern: /<(?:!doctype html|html|head|body)[\s>]/i },
  { name: "SVG", pattern: /<svg[\s>]/i },
  { name: "XML", pattern: /^\s*<\?xml/i },
  { name: "PDF", pattern: /%PDF-/ },
  { name: "HEIC or AVIF", pattern: /^[\s\S]{4}ftyp(?:hei|hev|mif|msf|avi)/ },
  { name: "JPEG XL", pattern: /^(?:\xff\x0a|[\s\S]{4}JXL )/ },
  { name: "JPEG 2000", pattern: /^(?:\xff\x4f\xff\x51|[\s\S]{4}jP {2})/ },
  { name: "BMP", pattern: /^BM/ },
  { name: "a ZIP archive", pattern: /^PK\x03\x04/ },
  { name: "JSON", pattern: /^\s*[[{]\s*["\]}]/ },
];

/** The format by content, whatever the file's name; undefined for anything that is not decoded. */
export function sniffFormat(bytes: Uint8Array): ImageFormat | undefined {
  return match(images, bytes);
}

/** Says what bytes without a known image format look like. */
export function describeContent(bytes: Uint8Array): string {
  const name = match(others, bytes);
  if (name) return `the content is ${name}; JPEG, PNG, WebP, GIF and TIFF are read`;
  const start = Buffer.from(bytes.subarray(0, 8)).toString("hex");
  return `the content starts with 0x${start}, which is no JPEG, PNG, WebP, GIF or TIFF`;
}

function match<Name>(signatures: readonly Signature<Name>[], bytes: Uint8Array): Name | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD_BYTES)).toString("latin1");
  return signatures.find(({ pattern }) => pattern.test(head))?.name;
}
