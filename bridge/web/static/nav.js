// On a phone the pages' names are pushed aside; the one that is open shall be in sight.
document.querySelector(".top [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
