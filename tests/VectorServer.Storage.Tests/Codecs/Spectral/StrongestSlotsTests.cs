using VectorServer.Storage.Codecs.Spectral;
using VectorServer.Storage.Tests.Scoring;

namespace VectorServer.Storage.Tests.Codecs.Spectral;

public class StrongestSlotsTests
{
    [Fact]
    public void The_slots_with_most_energy_are_chosen_in_ascending_order()
    {
        var random = new Random(5);
        for (var slots = 1; slots <= 256; slots += 5)
        {
            var re = TestVectors.Gaussian(random, slots);
            var im = TestVectors.Gaussian(random, slots);
            var strongest = new byte[random.Next(slots + 1)];

            StrongestSlots.Select(re, im, strongest);

            var expected = Enumerable.Range(0, slots)
                .OrderByDescending(slot => re[slot] * re[slot] + im[slot] * im[slot])
                .Take(strongest.Length)
                .Order()
                .Select(slot => (byte)slot);
            Assert.Equal(expected, strongest);
        }
    }

    [Fact]
    public void Equal_slots_are_chosen_once_each()
    {
        var strongest = new byte[64];

        StrongestSlots.Select(new float[256], new float[256], strongest);

        Assert.Equal(64, strongest.Distinct().Count());
    }

    [Fact]
    public void All_slots_can_be_chosen()
    {
        var strongest = new byte[256];

        StrongestSlots.Select(new float[256], new float[256], strongest);

        Assert.Equal(Enumerable.Range(0, 256).Select(slot => (byte)slot), strongest);
    }
}
