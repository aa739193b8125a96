import { mount } from "svelte";
import "./app.css";
import App from "./App.svelte";
import { speak } from "./state/texts.svelte";

const target = document.getElementById("page");
// Nobody shall see another language first.
await speak("auto");
if (target !== null) mount(App, { target });
