using Microsoft.Extensions.Primitives;
using VectorServer.Api.Wire;

namespace VectorServer.Api.Tests.Wire;

public sealed class ApiVersionTests
{
    [Theory]
    [InlineData("", nameof(ApiFamily.Classic))]
    [InlineData("latest", nameof(ApiFamily.Classic))]
    [InlineData("2024-07", nameof(ApiFamily.Classic))]
    [InlineData("2025-04", nameof(ApiFamily.Classic))]
    [InlineData("2025-10", nameof(ApiFamily.ReadCapacity))]
    [InlineData("2025-10.alpha", nameof(ApiFamily.ReadCapacity))]
    [InlineData("2026-01", nameof(ApiFamily.ReadCapacity))]
    [InlineData("2026-01.alpha", nameof(ApiFamily.Schema))]
    [InlineData("2026-04.beta", nameof(ApiFamily.Schema))]
    [InlineData("2026-04.1", nameof(ApiFamily.ReadCapacity))]
    [InlineData("2026-04.", nameof(ApiFamily.ReadCapacity))]
    [InlineData("2026-04", nameof(ApiFamily.ReadCapacity))]
    [InlineData("2026-07", nameof(ApiFamily.Schema))]
    [InlineData("2027-01", nameof(ApiFamily.Schema))]
    public void A_version_belongs_to_one_family(string version, string family) => Assert.Equal(family, ApiVersion.FamilyOf(version).ToString());

    [Fact]
    public void Of_a_version_sent_twice_the_first_counts()
    {
        Assert.Equal("2025-10", ApiVersion.Read(new StringValues(["2025-10", "2026-07"])));
        Assert.Equal("2025-10", ApiVersion.Read("2025-10, 2026-07"));
        Assert.Equal("", ApiVersion.Read(StringValues.Empty));
    }
}
