using System.Collections.Generic;

namespace Cosmi.Interop
{
    /// <summary>Resources as Azure Resource Manager describes them, and what the operation has changed.</summary>
    public sealed class CosmiResources
    {
        internal CosmiResources(CosmiChange change, IReadOnlyList<string> json)
        {
            Change = change;
            Json = json;
        }

        /// <summary>What the operation has changed.</summary>
        public CosmiChange Change { get; }

        /// <summary>The resources (JSON), verbatim: one, several after a list, none after a deletion.</summary>
        public IReadOnlyList<string> Json { get; }
    }
}
