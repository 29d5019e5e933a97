# What R says of the numbers that lib/compare computes: writes tests/oracle/compare_r.h.
#	Rscript tests/oracle/compare.R >tests/oracle/compare_r.h
# limma's eBayes() is the oracle for variances; the trend, which limma does not have, is
# fitted here once more, by lm() with weights.
suppressPackageStartupMessages(library(limma))
set.seed(20)
num <- function(v) paste(ifelse(is.infinite(v), ifelse(v > 0, 'INFINITY', '-INFINITY'),
	sprintf('%.17g', v)), collapse = ', ')
rows <- function(name, m) {
	cat(sprintf('static const double %s[][%d] = {\n', name, ncol(m)))
	for (i in seq_len(nrow(m))) cat(sprintf('\t{ %s },\n', num(m[i, ])))
	cat('};\n\n')
}
column <- function(name, v) cat(sprintf('static const double %s[] = { %s };\n\n', name, num(v)))

cat('/* Written by compare.R: do not edit. */\n/* clang-format off */\n')
cat('#ifndef COMPARE_R_H\n#define COMPARE_R_H\n\n#include <math.h>\n\n')

# Functions: arguments, then the value
nu <- c(0.5, 1, 2, 3.68, 7.7, 18, 60, 500, 1004)
t <- c(-3, -0.1, 0.01, 0.5, 2, 4.5, 9, 25)
g <- as.matrix(expand.grid(t = t, nu = nu))
rows('student_tails', cbind(g, pt(g[, 1], g[, 2], lower.tail = FALSE)))
p <- c(1e-12, 1e-6, 1e-4, 0.001, 0.01, 0.025, 0.2, 0.6, 0.99)
g <- as.matrix(expand.grid(p = p, nu = nu[nu >= 1])) # below 1, qt() is good to 1e-4 only
rows('student_quantiles', cbind(g, qt(g[, 1], g[, 2], lower.tail = FALSE)))
column('normal_p', p)
column('normal_z', qnorm(p, lower.tail = FALSE))
ab <- c(0.3, 1, 4, 37, 1500)
g <- as.matrix(expand.grid(x = c(1e-6, 0.01, 0.2, 0.5, 0.77, 0.999), a = ab, b = ab))
rows('beta_cdfs', cbind(g, pbeta(g[, 1], g[, 2], g[, 3])))
x <- c(0.01, 0.3, 0.5, 1, 1.5, 2, 4, 9, 18.3, 41, 502)
rows('polygammas', cbind(x, digamma(x), trigamma(x), psigamma(x, 2)))
y <- c(1e-8, 1e-4, 0.01, 0.1, 1, 4.2, 10, 1e3, 1e8)
rows('trigamma_inverses', cbind(y, trigammaInverse(y)))

# Families of made-up variances: d own degrees of freedom, then limma's prior
prior <- function(s2, d) {
	f <- fitFDist(s2, d)
	c(min(f$df2, 1000), f$scale)
}
for (k in 1:3) {
	d <- c(4, 18, 9)[k]
	true <- if (k == 3) 1.1 else c(6, 15)[k] / rchisq(30, c(6, 15)[k])
	s2 <- true * rchisq(30, d) / d
	column(sprintf('variances%d', k), s2)
	column(sprintf('prior%d', k), c(d, prior(s2, d)))
}

# One comparison from counts to p-values
trend <- function(s2, u) {
	phi <- 1
	tau2 <- 1e-5
	for (i in 1:200) {
		w <- 1 / (phi * u + tau2)^2
		b <- coef(lm(s2 ~ u, weights = w))
		tau2 <- b[[1]]
		phi <- b[[2]]
		if (tau2 <= 1e-9) {
			tau2 <- 1e-9
			phi <- coef(lm(s2 ~ u + 0, weights = w))[[1]]
		}
		if (phi < 0.05) {
			phi <- 0.05
			tau2 <- max(1e-9, sum(w * (s2 - phi * u)) / sum(w))
		}
	}
	c(phi, tau2)
}

compare <- function(name, x, samples, k, paired, delta) {
	m <- nrow(x)
	n <- ncol(x)
	y <- log(x + 0.5) - rep(log(samples), each = m)
	u <- (1 - rowSums(x) / sum(samples)) / rowMeans(x)
	if (paired) {
		dif <- y[, k + seq_len(k)] - y[, seq_len(k)]
		fit <- lmFit(dif)
		change <- fit$coefficients[, 1]
		s2 <- fit$sigma^2 / 2
		d <- k - 1
		spread <- 2 / k
	} else {
		fit <- lmFit(y, cbind(1, rep(0:1, c(k, n - k))))
		change <- fit$coefficients[, 2]
		s2 <- fit$sigma^2
		d <- n - 2
		spread <- 1 / k + 1 / (n - k)
	}
	b <- trend(s2, u)
	v <- b[1] * u + b[2]
	own <- squeezeVar(s2 / v, d)
	d0 <- min(own$df.prior, 1000)
	se <- sqrt((d0 * own$var.prior * v + d * s2) / (d0 + d) * spread)
	nu <- min(d0 + d, m * d)
	p <- pt((change - log1p(delta)) / se, nu, lower.tail = FALSE)
	low <- change - qt(0.975, nu) * se
	rows(paste0(name, '_counts'), x)
	column(paste0(name, '_samples'), samples)
	column(paste0(name, '_noise'), c(b, d0, own$var.prior, nu))
	rows(paste0(name, '_items'), cbind(change, s2, se, p, low, p.adjust(p, 'BH')))
}

share <- c(0.3, 0.2, 0.1, 0.1, 0.08, 0.05, 0.05, 0.03, 0.03, 0.02, 0.02, 0.01, 0.01)
slower <- rep(1, 13)
slower[c(3, 9)] <- c(1.3, 1.6)
draw <- function(samples, new, tau)
	rpois(13, samples * share * ifelse(rep(new, 13), slower, 1) * exp(rnorm(13, 0, tau)))
samples <- c(4000, 4100, 3950, 4020, 4200, 4050, 4150, 3990)
x <- sapply(1:8, function(r) draw(samples[r], r > 4, 0.05))
compare('groups', x, samples, 4, FALSE, 0.02)
samples <- c(9000, 9100, 8800, 9300, 9050, 9200, 9000, 8900, 9150, 9400)
round <- rep(rnorm(5, 0, 0.2), 2)
x <- sapply(1:10, function(r) draw(samples[r], r > 5, 0.03))
x[2, ] <- rpois(10, x[2, ] * exp(round))
compare('pairs', x, samples, 5, TRUE, 0.01)

# One run a side: counts, exposures, the ratio of the null, p, 95% interval
single <- function(xa, xb, ea, eb, ratio) {
	pi <- eb * ratio / (ea + eb * ratio)
	p <- binom.test(xb, xa + xb, pi, alternative = 'greater')$p.value
	ci <- binom.test(xb, xa + xb)$conf.int
	c(xa, xb, ea, eb, ratio, p, ea / eb * ci[1] / (1 - ci[1]), ea / eb * ci[2] / (1 - ci[2]))
}
rows('singles', rbind(single(50, 80, 1, 1, 1), single(50, 80, 1, 1, 1.02),
	single(50, 80, 10000, 12000, 1), single(0, 8, 1, 1, 1), single(8, 0, 1, 1, 1),
	single(4000, 4300, 90000, 91000, 1.01), single(1, 1, 3, 2, 1)))

# Many tests
p <- c(0.001, 0.03, 0.008, 0.5, 0.0001, 0.03, 0.9, 0.012, 0.2, 0.04, 1, 0.003)
column('bh_p', p)
column('bh_q', p.adjust(p, 'BH'))
cat('#endif\n')
