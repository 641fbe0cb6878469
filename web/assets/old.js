// Runs only in browsers without modules; in their language.
document.getElementById("boot-says").textContent =
  "This browser is too old for ConsensusForge: it has no JavaScript modules. Any current Firefox, Chrome, Edge or Safari will do.";
