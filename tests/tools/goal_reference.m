% SPDX-License-Identifier: GPL-2.0-only
%
% The figures of goal steps once more, in GNU Octave, straight from the definitions: slow sums in
% place of running ones, Octave's own distributions. It shares nothing with the program.
%
%   octave-cli --norc goal_reference.m CURVES >FIGURES
%
% CURVES: for each curve a line "name n target initial band window period", then n lines "t y".
% FIGURES: a line a curve, its name and the figures in the order below; NaN is none.
1;

function t = first_crossing(t_all, y, level, up)
  t = NaN;
  if up
    at = find(y >= level, 1);
  else
    at = find(y <= level, 1);
  end
  if isempty(at)
    return
  end
  if at == 1
    t = t_all(1);
  else
    t = interp1(y(at-1:at), t_all(at-1:at), level);
  end
end

function m = window_mean(t, y, from, window)
  ends = [t(2:end); Inf];
  overlap = max(0, min(ends, from + window) - max(t, from));
  m = sum(overlap .* y) / window;
end

function at = settling(t, y, target, band, window, m)
  at = NaN;
  te = t(end);
  nm = numel(m);
  for i = 1:nm
    if t(i) > te - 1.5 * window
      return
    end
    near = abs(y(i) - target) <= band;
    if ~near && i > 1
      near = (y(i) > target) ~= (y(i-1) > target);
    end
    rest = abs(m(i:nm) - target) <= band;
    last = rest(end - ceil(numel(rest) / 4) + 1:end);
    if near && rest(1) && mean(rest) >= 0.9 - 1e-12 && mean(last) >= 0.9 - 1e-12
      at = i;
      return
    end
  end
end

function half = half_interval(y)
  n = numel(y);
  d = y - mean(y);
  half = NaN;
  if n < 5
    return
  end
  rho = 0;
  if any(d)
    rho = (d(1:end-1)' * d(2:end)) / (d' * d);
  end
  rho = max(0, rho + (1 + 3 * rho) / n);
  ne = n * (1 - rho) / (1 + rho);
  if ne < 5
    return
  end
  s = sqrt((d' * d) / n / (1 - 1 / ne));
  nu = ne - 1;
  x = betaincinv(0.05, nu / 2, 0.5);
  half = sqrt(nu * (1 - x) / x) * s / sqrt(ne);
end

function out = drift(t, y, period)
  out = [NaN NaN NaN NaN];
  len = t(end) - t(1);
  block = 50 * period;
  nb = floor(len / block);
  if nb > 500
    nb = 500;
    block = len / 500;
  end
  bt = zeros(0, 1);
  by = zeros(0, 1);
  for b = 1:nb
    in = t - t(1) >= (b - 1) * block & t - t(1) < b * block;
    if any(in)
      bt(end+1, 1) = (t(1) + (b - 0.5) * block) / 3600;
      by(end+1, 1) = mean(y(in));
    end
  end
  n = numel(by);
  if n < 20
    return
  end
  [i, j] = find(triu(ones(n), 1));
  slopes = sort((by(j) - by(i)) ./ (bt(j) - bt(i)));
  slope = median(slopes);
  s = sum(sign(by(j) - by(i)));
  [~, ~, group] = unique(by);
  ties = accumarray(group, 1);
  v = (n * (n-1) * (2*n+5) - sum(ties .* (ties-1) .* (2*ties+5))) / 18;
  rest = by - slope * bt;
  ranks = arrayfun(@(x) sum(rest < x) + (sum(rest == x) + 1) / 2, rest);
  d = ranks - mean(ranks);
  factor = 0;
  for k = 1:10
    factor += (n-k) * (n-k-1) * (n-k-2) * (d(1:end-k)' * d(1+k:end)) / (d' * d);
  end
  v *= max(1, 1 + 2 / (n * (n-1) * (n-2)) * factor);
  z = norminv_95();
  lo = max(1, round((numel(slopes) - z * sqrt(v)) / 2));
  hi = min(numel(slopes), round((numel(slopes) + z * sqrt(v)) / 2) + 1);
  p = erfc(max(0, abs(s) - 1) / sqrt(2 * v));
  out = [slope slopes(lo) slopes(hi) p];
end

function z = norminv_95()
  z = sqrt(2) * erfinv(0.95);
end

function out = figures(t, y, target, initial, band, window, period)
  m = zeros(0, 1);
  for i = 1:numel(t)
    if t(i) + window <= t(end)
      m(i, 1) = window_mean(t, y, t(i), window);
    end
  end
  at = settling(t, y, target, band, window, m);
  rise = NaN;
  over = NaN;
  way = target - initial;
  if isnan(at)
    stop = Inf;
    settle = NaN;
    first = find(t >= t(end) / 2, 1);
  else
    stop = t(at) + 2 * window;
    settle = t(at);
    first = at;
  end
  if abs(way) > band
    rise = first_crossing(t, y, initial + 0.9 * way, way > 0) - ...
           first_crossing(t, y, initial + 0.1 * way, way > 0);
    in = t <= stop;
    over = 100 * max([0; (y(in) - target) * sign(way)]) / abs(way);
  end
  ys = y(first:end);
  held = diff(t(first:end));
  e = abs(ys(1:end-1) - target);
  half = half_interval(ys);
  out = [rise settle over mean(ys) mean(ys)-target std(ys) half ...
         sum(held(e <= band)) / sum(held), sum(held .* e) / sum(held), ...
         drift(t(first:end), ys, period)];
end

file = fopen(argv(){1}, "r");
while true
  line = fgetl(file);
  if ~ischar(line)
    break
  end
  parts = strsplit(strtrim(line), " ");
  n = str2double(parts{2});
  values = cellfun(@str2double, parts(3:end));
  data = fscanf(file, "%g", [2, n])';
  fgetl(file);
  out = figures(data(:,1), data(:,2), values(1), values(2), values(3), values(4), values(5));
  printf("%s", parts{1});
  printf(" %.17g", out);
  printf("\n");
end
fclose(file);
