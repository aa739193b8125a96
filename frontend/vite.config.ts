import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// `npm run dev` shows the page with the API of a `keepers serve` on its usual port.
export default defineConfig({
  plugins: [svelte()],
  build: {
    // The server allows no data: addresses, hence nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    outDir: "dist",
    target: "es2023",
  },
  server: { proxy: { "/api": "http://127.0.0.1:8177" } },
  test: { include: ["src/**/*.test.ts"] },
});
