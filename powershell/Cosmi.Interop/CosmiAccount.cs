namespace Cosmi.Interop
{
    /// <summary>A Cosmos DB account as Azure Resource Manager describes it.</summary>
    public sealed class CosmiAccount
    {
        internal CosmiAccount(string json) => Json = json;

        /// <summary>The resource (JSON), verbatim.</summary>
        public string Json { get; }
    }
}
