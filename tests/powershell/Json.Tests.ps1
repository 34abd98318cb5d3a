BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $reader = [Cosmi.Client].Assembly.GetType('Cosmi.PowerShell.JsonReader')
    $read = $reader.GetMethod('Read', [System.Reflection.BindingFlags] 'NonPublic, Static')

    function Read-Json {
        param([string] $Text)
        , $read.Invoke($null, @($Text))
    }
}

Describe 'The JSON reader' {
    It 'keeps <Text> as <Type>' -ForEach @(
        @{ Text = '0'; Type = 'Int64'; Value = 0 }
        @{ Text = '-0'; Type = 'Int64'; Value = 0 }
        @{ Text = '1592511765'; Type = 'Int64'; Value = 1592511765 }
        @{ Text = '9223372036854775807'; Type = 'Int64'; Value = [long]::MaxValue }
        @{ Text = '-9223372036854775808'; Type = 'Int64'; Value = [long]::MinValue }
        @{ Text = '9223372036854775808'; Type = 'BigInteger'; Value = [bigint]::Parse('9223372036854775808') }
        @{ Text = '1.0'; Type = 'Double'; Value = 1.0 }
        @{ Text = '2.5e3'; Type = 'Double'; Value = 2500.0 }
        @{ Text = '1E-2'; Type = 'Double'; Value = 0.01 }
        @{ Text = '6.64'; Type = 'Double'; Value = 6.64 }
        @{ Text = '1e400'; Type = 'Double'; Value = [double]::PositiveInfinity }
        @{ Text = 'true'; Type = 'Boolean'; Value = $true }
        @{ Text = 'false'; Type = 'Boolean'; Value = $false }
        @{ Text = '"2020-06-18T20:22:42Z"'; Type = 'String'; Value = '2020-06-18T20:22:42Z' }
        @{ Text = '"/Date(1592511765000)/"'; Type = 'String'; Value = '/Date(1592511765000)/' }
    ) {
        $result = Read-Json -Text $Text
        $result.GetType().Name | Should -Be $Type
        $result | Should -Be $Value
    }

    It 'does not depend on the culture' {
        $former = [System.Threading.Thread]::CurrentThread.CurrentCulture
        try {
            [System.Threading.Thread]::CurrentThread.CurrentCulture = [System.Globalization.CultureInfo]::GetCultureInfo('de-DE')
            Read-Json -Text '1.5' | Should -Be ([double] 1.5)
        }
        finally {
            [System.Threading.Thread]::CurrentThread.CurrentCulture = $former
        }
    }

    It 'reads texts with every escape' {
        Read-Json -Text '"a\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00"' | Should -BeExactly ("a`"\/`b`f`n`r`t{0}{1}" -f [char] 0xE4, [char]::ConvertFromUtf32(0x1F600))
        Read-Json -Text '"dbs\/jZVvAA==\/"' | Should -BeExactly 'dbs/jZVvAA==/'
        Read-Json -Text '""' | Should -BeExactly ''
    }

    It 'keeps members in their order, and nulls' {
        $result = Read-Json -Text ' { "z" : 1 , "a" : null , "m" : [ ] } '
        @($result.PSObject.Properties.Name) | Should -Be @('z', 'a', 'm')
        $result.PSObject.Properties['a'].Value | Should -Be $null
        $result.m.Count | Should -Be 0
    }

    It 'keeps arrays as arrays' {
        $result = Read-Json -Text '{"one":[1],"nested":[[1,2],[]],"mixed":[1,"a",null,{"b":2}]}'
        , $result.one | Should -BeOfType ([object[]])
        $result.nested[0].Count | Should -Be 2
        $result.mixed.Count | Should -Be 4
        $result.mixed[3].b | Should -Be 2
    }

    It 'takes the last of two members with the same name' {
        (Read-Json -Text '{"a":1,"b":2,"a":3}').a | Should -Be 3
    }

    It 'loses no member where names differ by case only, or are empty' {
        $result = Read-Json -Text '{"id":1,"ID":2}'
        $result | Should -BeOfType ([System.Collections.Specialized.OrderedDictionary])
        $result['id'] | Should -Be 1
        $result['ID'] | Should -Be 2
        (Read-Json -Text '{"":1}')[''] | Should -Be 1
    }

    It 'reads a member that is called <Name>, which PowerShell keeps for itself' -ForEach @(
        @{ Name = 'PSObject' }, @{ Name = 'pstypenames' }, @{ Name = 'psbase' }, @{ Name = 'PSAdapted' }, @{ Name = 'psextended' }
    ) {
        $result = Read-Json -Text "{`"a`":{`"$Name`":1,`"b`":2}}"
        $result.a[$Name] | Should -Be 1
        $result.a['b'] | Should -Be 2
    }

    It 'reads what is deep, and refuses what would overrun the stack' {
        $depth = 200
        $result = Read-Json -Text (('{"a":' * $depth) + '1' + ('}' * $depth))
        foreach ($level in 1..$depth) { $result = $result.a }
        $result | Should -Be 1
        { Read-Json -Text ('[' * 100000) } | Should -Throw '*nested deeper*'
    }

    It 'refuses <Text>' -ForEach @(
        @{ Text = '' }
        @{ Text = '{' }
        @{ Text = '{"a"}' }
        @{ Text = '{"a":1,}' }
        @{ Text = '[1,]' }
        @{ Text = '[1 2]' }
        @{ Text = '01' }
        @{ Text = '1.' }
        @{ Text = '+1' }
        @{ Text = '.5' }
        @{ Text = 'nul' }
        @{ Text = 'True' }
        @{ Text = "'a'" }
        @{ Text = '"a' }
        @{ Text = "`"a`nb`"" }
        @{ Text = '"\x"' }
        @{ Text = '"\u12"' }
        @{ Text = '{} {}' }
        @{ Text = '<html>' }
    ) {
        { Read-Json -Text $Text } | Should -Throw '*JSON*'
    }
}
