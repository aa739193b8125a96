// English in one piece; what the server says comes in English with its code.

import { en, type Key } from "./en";
import type { Catalogue } from "./words";

export const catalogue: Catalogue<Key> = { page: en, said: {}, settings: {} };
