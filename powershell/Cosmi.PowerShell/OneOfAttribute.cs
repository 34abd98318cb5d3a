using System;
using System.Collections;
using System.Management.Automation;

namespace Cosmi.PowerShell
{
    /// <summary>
    /// One of an enumeration's names. The shell makes several into one by adding their numbers, as if they were flags: two keys would become a third.
    /// </summary>
    internal sealed class OneOfAttribute : ArgumentTransformationAttribute
    {
        private readonly Type _enumeration;

        internal OneOfAttribute(Type enumeration) => _enumeration = enumeration;

        /// <inheritdoc/>
        public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
        {
            object plain = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
            if ((plain is IList list && list.Count > 1) || (plain is string text && text.IndexOf(',') >= 0))
            {
                throw new ArgumentTransformationMetadataException($"Give one of {string.Join(", ", Enum.GetNames(_enumeration))}, not several.");
            }

            return inputData;
        }
    }
}
