using System;
using System.Collections;
using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace Cosmi.PowerShell
{
    /// <summary>
    /// Names that may come through the pipeline as texts. An object is no text: without this it would be made one as a last resort, where its property
    /// of the parameter's name is missing.
    /// </summary>
    internal sealed class NamesAttribute : ArgumentTransformationAttribute
    {
        // Known by the very value that is bound in an object's place: an equal one may be a name.
        private static readonly ConditionalWeakTable<object, PSObject> Mistaken = new ConditionalWeakTable<object, PSObject>();

        private readonly bool _isOne;

        internal NamesAttribute()
        {
        }

        /// <summary>
        /// Of this module's objects only those of such a thing are taken for one, although others have a property of the parameter's name as well: for what
        /// is lost once the command has run.
        /// </summary>
        internal NamesAttribute(string thing, bool isOne = false)
        {
            Thing = thing;
            _isOne = isOne;
        }

        /// <summary>What the names are of; null: nothing that could be lost.</summary>
        internal string? Thing { get; }

        /// <summary>The object in whose place this value was bound, or null.</summary>
        internal static PSObject? MistakenFor(object? value) => value != null && Mistaken.TryGetValue(value, out PSObject? given) ? given : null;

        /// <inheritdoc/>
        public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
        {
            if (!(inputData is PSObject document))
            {
                return AfterResourceIdAttribute.Late(inputData);
            }

            string? thing = Thing == null ? null : ObjectThing.Of(document);
            if (thing != null && thing != Thing)
            {
                // The binder offers the object itself before its properties: what is bound now keeps it from looking there for a name.
                object value = _isOne ? (object)new string('?', 1) : new[] { "?" };
                Mistaken.Add(value, document);
                return value;
            }

            if (!(document.BaseObject is string || document.BaseObject is ValueType || document.BaseObject is IEnumerable))
            {
                // The binder takes a failed cast as "not this parameter", and looks further.
                const string Message = "an object is no name";
                throw new ArgumentTransformationMetadataException(Message, new PSInvalidCastException(Message));
            }

            return AfterResourceIdAttribute.Late(inputData);
        }
    }
}
