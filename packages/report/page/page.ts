// What a report does when it is touched: the map's tips, its legend and photos, and the choice of light or dark. A plain
// script without imports, as it is put into the page.
{
  interface Points {
    /** What all paths begin with. */
    readonly prefix: string;
    /** Rest of the path, label, picture if there is one; in the order of the marks. */
    readonly points: readonly (readonly [string, number, number?])[];
  }

  /** Pixels on the screen around the pointer in which a mark is found. */
  const reach = 18;

  /** Units of the drawing that a photo on the map has for itself. */
  const room = 34;

  const find = (id: string): HTMLElement | null => document.getElementById(id);

  const startTheme = (): void => {
    const root = document.documentElement;
    find("theme")?.addEventListener("click", () => {
      const isDark = root.dataset.theme
        ? root.dataset.theme === "dark"
        : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = isDark ? "light" : "dark";
    });
  };

  const startMap = (): void => {
    const svg = document.querySelector<SVGSVGElement>("#chart-map svg");
    const source = find("points")?.textContent;
    const tip = find("map-tip");
    const plot = svg?.closest<HTMLElement>(".map-plot");
    if (!svg || !source || !tip || !plot) return;
    const { prefix, points } = JSON.parse(source) as Points;
    const marks = [...svg.querySelectorAll<SVGPathElement>(".mark-symbol > path")];
    const { width, height } = svg.viewBox.baseVal;
    const places = marks.map((mark) => placeOf(mark, svg));
    const names = [...document.querySelectorAll("#legend [data-label] span")].map((name) => name.textContent ?? "");
    let chosen: number | undefined;

    const isShown = (i: number): boolean => chosen === undefined || points[i]?.[1] === chosen;
    const choose = (label: number | undefined): void => {
      chosen = label;
      for (const [i, mark] of marks.entries()) mark.classList.toggle("dim", !isShown(i));
      for (const button of document.querySelectorAll<HTMLElement>("#legend [data-label]")) {
        button.setAttribute("aria-pressed", String(Number(button.dataset.label) === label));
      }
      find("show-all")?.toggleAttribute("hidden", label === undefined);
      if (find("show-photos")?.getAttribute("aria-pressed") === "true") showPhotos(true);
    };

    const showPhotos = (isOn: boolean): void => {
      const layer = find("map-photos");
      if (!layer) return;
      layer.replaceChildren();
      if (!isOn) return;
      const taken: { readonly x: number; readonly y: number }[] = [];
      for (const [i, [, , picture]] of points.entries()) {
        const place = places[i];
        if (picture === undefined || !place || !isShown(i)) continue;
        if (taken.some(({ x, y }) => (x - place.x) ** 2 + (y - place.y) ** 2 < room ** 2)) continue;
        taken.push(place);
        const photo = document.createElement("span");
        photo.className = `photo p${picture}`;
        photo.style.left = `${(place.x / width) * 100}%`;
        photo.style.top = `${(place.y / height) * 100}%`;
        layer.append(photo);
      }
    };

    const nearestTo = (event: PointerEvent): number | undefined => {
      const box = svg.getBoundingClientRect();
      const scale = box.width / width;
      let nearest: number | undefined;
      let least = reach * reach;
      for (const [i, { x, y }] of places.entries()) {
        if (!isShown(i)) continue;
        const square = (x * scale - event.clientX + box.left) ** 2 + (y * scale - event.clientY + box.top) ** 2;
        if (square < least) [least, nearest] = [square, i];
      }
      return nearest;
    };

    let marked: SVGPathElement | undefined;
    const point = (i: number | undefined): void => {
      marked?.classList.remove("marked");
      marked = i === undefined ? undefined : marks[i];
      marked?.classList.add("marked");
      const [path, label, picture] = (i === undefined ? undefined : points[i]) ?? [];
      const place = i === undefined ? undefined : places[i];
      tip.hidden = path === undefined || place === undefined;
      if (path === undefined || label === undefined || place === undefined) return;
      const title = document.createElement("strong");
      title.textContent = names[label] ?? "";
      const text = document.createElement("span");
      text.textContent = path;
      text.title = prefix + path;
      const photo = document.createElement("span");
      photo.className = `photo p${picture}`;
      tip.replaceChildren(...(picture === undefined ? [] : [photo]), title, text);
      tip.style.left = `${(place.x / width) * 100}%`;
      tip.style.top = `${(place.y / height) * 100}%`;
      tip.classList.toggle("left", place.x > width * 0.6);
      tip.classList.toggle("above", place.y > height * 0.6);
    };

    plot.addEventListener("pointermove", (event) => point(nearestTo(event)));
    plot.addEventListener("pointerleave", () => point(undefined));
    find("legend")?.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("button");
      if (!button) return;
      if (button.dataset.label !== undefined) {
        const label = Number(button.dataset.label);
        choose(label === chosen ? undefined : label);
      }
      if (button.id === "show-all") choose(undefined);
      if (button.id === "show-photos") {
        const isOn = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", String(isOn));
        showPhotos(isOn);
      }
    });
  };

  /** Where a mark lies in the drawing's own units. */
  const placeOf = (mark: SVGPathElement, svg: SVGSVGElement): { readonly x: number; readonly y: number } => {
    const [x, y] = [mark.getCTM()?.e ?? 0, mark.getCTM()?.f ?? 0];
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width || 1;
    return { x: x / scale, y: y / scale };
  };

  startTheme();
  startMap();
}
