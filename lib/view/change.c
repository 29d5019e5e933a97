#include "view/change.h"

const double change_ratio[CHANGE_STEPS] = { 1.02, 1.1, 1.25, 1.5, 2 };

const struct rgb change_color[2 * CHANGE_STEPS + 1] = {
	{ 0x36, 0x4b, 0x9a }, { 0x4a, 0x7b, 0xb7 }, { 0x6e, 0xa6, 0xcd }, { 0x98, 0xca, 0xe1 },
	{ 0xc2, 0xe4, 0xef }, { 0xea, 0xec, 0xcc }, { 0xfe, 0xda, 0x8b }, { 0xfd, 0xb3, 0x66 },
	{ 0xf6, 0x7e, 0x4b }, { 0xdd, 0x3d, 0x2d }, { 0xa5, 0x00, 0x26 },
};

const struct rgb trunk_color = { 0xd5, 0xd8, 0xde };

int change_step(double from, double to)
{
	double low = from < to ? from : to, high = from < to ? to : from;
	int step = 0;

	/* The factor allows for rounding: in doubles, 1.1 * 100 is not exactly 110. */
	while (step < CHANGE_STEPS && high > 0 && high * (1 + 1e-9) >= low * change_ratio[step])
		step++;
	return from < to ? step : -step;
}
