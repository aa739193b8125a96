// Alles Deutsche in einem Stück: es wird erst geladen, wenn die Seite Deutsch sprechen soll.

import { de } from "./de";
import type { Key } from "./en";
import { messagesDe } from "./messages.de";
import { reasonsDe } from "./reasons.de";
import { settingsDe } from "./settings.de";
import type { Catalogue } from "./words";

export const catalogue: Catalogue<Key> = {
  page: de,
  said: { ...reasonsDe, ...messagesDe },
  settings: settingsDe,
};
