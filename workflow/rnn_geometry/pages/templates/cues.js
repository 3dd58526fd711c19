// What scrolls within itself fades where it goes on.
for (const box of document.querySelectorAll(".scroll")) {
  const look = () => {
    box.classList.toggle("on-right", box.scrollLeft + box.clientWidth < box.scrollWidth - 2);
    box.classList.toggle("on-below", box.scrollTop + box.clientHeight < box.scrollHeight - 2);
  };
  const sizes = new ResizeObserver(look);
  box.addEventListener("scroll", look, { passive: true });
  for (const one of [box, ...box.children]) sizes.observe(one);
}
