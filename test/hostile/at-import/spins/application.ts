/** Does not wait to be asked: never ends loading. */
for (;;);
