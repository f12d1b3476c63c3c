/**
 * Imported before everything else by every program that serves: libraries read NODE_ENV while they are loaded, and without it
 * show more of what they were given. A value that is set stays.
 */
process.env['NODE_ENV'] ??= 'production';
