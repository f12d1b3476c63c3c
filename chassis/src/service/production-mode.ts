/**
 * Imported before everything else by every program that serves: libraries read NODE_ENV while they are loaded, and show more
 * of what they were given when nothing is said. What is said stays.
 */
process.env['NODE_ENV'] ??= 'production';
