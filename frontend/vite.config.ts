import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

declare const process: { readonly env: Readonly<Record<string, string | undefined>> };

// `npm run dev` shows the page with the API of a `keepers serve --port 8177`; KEEPERS_TOKEN is the token it printed.
const SERVER = "http://127.0.0.1:8177";
const token = process.env["KEEPERS_TOKEN"] ?? "";
export default defineConfig({
  // Names of scopes stand in every rule and every element: four signs tell 60 components apart.
  plugins: [svelte({ compilerOptions: { cssHash: ({ hash, filename }) => `s${hash(filename ?? "").slice(0, 4)}` } })],
  build: {
    // The server allows no data: addresses, hence nothing is inlined.
    assetsInlineLimit: 0,
    // Languages are pieces that need no other: nothing is to be loaded before them.
    modulePreload: false,
    outDir: "dist",
    target: "es2023",
  },
  server: {
    proxy: {
      "/api": { target: SERVER, changeOrigin: true, headers: { authorization: `Bearer ${token}`, origin: SERVER } },
    },
  },
  test: { include: ["src/**/*.test.ts"] },
});
