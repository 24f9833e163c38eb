using VectorServer.Storage.Metadata;

namespace VectorServer.Storage.Tests.Metadata;

public sealed class SparseVectorFormatTests
{
    private static readonly SparseVector Sample = SparseVector.Create([1, 4_294_967_295], [1f, -0.5f]);

    [Fact]
    public void The_bytes_are_count_indices_and_values_little_endian()
    {
        Assert.Equal("02000000" + "01000000FFFFFFFF" + "0000803F000000BF", Convert.ToHexString(SparseVectorFormat.ToBytes(Sample)));
    }

    [Fact]
    public void A_vector_is_read_back_the_same()
    {
        var read = SparseVectorFormat.Read(SparseVectorFormat.ToBytes(Sample));

        Assert.Equal(Sample.Indices.ToArray(), read.Indices.ToArray());
        Assert.Equal(Sample.Values.ToArray(), read.Values.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("0200")]
    [InlineData("00000000")]
    [InlineData("FFFFFFFF")]
    [InlineData("01000000" + "01000000")]
    [InlineData("01000000" + "01000000" + "0000803F" + "00")]
    public void Bytes_whose_count_and_length_disagree_are_corrupt(string hex)
    {
        var failure = Assert.Throws<StorageException>(() => SparseVectorFormat.Read(Convert.FromHexString(hex)));

        Assert.Equal(StorageErrorCode.DataCorruption, failure.Code);
    }
}
